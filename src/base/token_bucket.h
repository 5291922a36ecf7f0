// TokenBucket: how often something may be done: a burst at once, and then evenly so often in an hour.
//
// A value; each call tells it the time. A rate that is changed holds from now on: tokens that were used stay used,
// but a smaller bucket is at worst empty.
//
// Limits: rates and bursts from 1 to 1,000,000,000 tokens (the nearest is taken), so that no product overflows.
#pragma once

#include <cstdint>

namespace teahouse {

struct TokenRate {
  int64_t per_hour = 1;
  int64_t burst = 1;

  static TokenRate per_hour_of(int64_t tokens, int64_t burst);
  static TokenRate per_second(int64_t tokens, int64_t burst);
  static TokenRate per_minute(int64_t tokens, int64_t burst);
  bool operator==(const TokenRate&) const = default;
};

class TokenBucket {
 public:
  // A full bucket.
  explicit TokenBucket(TokenRate rate) : rate_(rate) {}
  void set_rate(int64_t now_ms, TokenRate rate);

  // Takes so many tokens, if they are there.
  bool take(int64_t now_ms, int64_t tokens = 1);
  // Takes them in any case: tokens that are not there are owed.
  void take_or_owe(int64_t now_ms, int64_t tokens);
  void give_back(int64_t now_ms, int64_t tokens = 1);

  // How long until so many are there; 0: they are. REQUIRES: tokens <= the rate's burst.
  int64_t wait_ms(int64_t now_ms, int64_t tokens = 1) const;
  int64_t used(int64_t now_ms) const;  // a token that is begun counts as whole
  bool is_full(int64_t now_ms) const { return used_at(now_ms) == 0; }

 private:
  int64_t used_at(int64_t now_ms) const;

  TokenRate rate_;
  int64_t used_ = 0;  // at at_ms_, in 3,600,000ths of a token: a rate of one an hour fills one in a millisecond
  int64_t at_ms_ = 0;
};

}  // namespace teahouse
