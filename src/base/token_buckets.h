// TokenBuckets: a TokenBucket for each name, as long as it is not full.
//
// Limits: as many names as given; above that it forgets those of full buckets, and then all, so that each
// caller begins anew.
#pragma once

#include <string>
#include <string_view>

#include "base/text_map.h"
#include "base/token_bucket.h"

namespace teahouse {

class TokenBuckets {
 public:
  explicit TokenBuckets(size_t names_max) : names_max_(names_max) {}

  // Takes a token. 0 when it was there; else in how long there will be one.
  int64_t take_ms(std::string_view name, int64_t now_ms, TokenRate rate);
  void give_back(std::string_view name, int64_t now_ms);
  int64_t used(std::string_view name, int64_t now_ms, TokenRate rate);

 private:
  void make_room(int64_t now_ms);

  const size_t names_max_;
  TextMap<TokenBucket> buckets_;
};

}  // namespace teahouse
