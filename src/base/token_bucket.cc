#include "base/token_bucket.h"

#include <algorithm>

namespace teahouse {
namespace {

constexpr int64_t token = 3'600'000;  // with this unit a rate of n an hour fills n a millisecond, without a remainder
constexpr int64_t tokens_max = 1'000'000'000;

int64_t bounded(int64_t tokens) { return std::clamp<int64_t>(tokens, 1, tokens_max); }
int64_t divided_up(int64_t value, int64_t by) { return (value + by - 1) / by; }

}  // namespace

TokenRate TokenRate::per_hour_of(int64_t tokens, int64_t burst) { return {bounded(tokens), bounded(burst)}; }
TokenRate TokenRate::per_second(int64_t tokens, int64_t burst) { return {bounded(tokens) * 3600, bounded(burst)}; }
TokenRate TokenRate::per_minute(int64_t tokens, int64_t burst) { return {bounded(tokens) * 60, bounded(burst)}; }

// Compared before it is multiplied: a bucket may have been left alone for years.
int64_t TokenBucket::used_at(int64_t now_ms) const {
  const int64_t passed_ms = std::max<int64_t>(now_ms - at_ms_, 0);
  return passed_ms > used_ / rate_.per_hour ? 0 : used_ - passed_ms * rate_.per_hour;
}

void TokenBucket::set_rate(int64_t now_ms, TokenRate rate) {
  if (rate == rate_) return;
  used_ = std::min(used_at(now_ms), rate.burst * token);
  at_ms_ = now_ms;
  rate_ = rate;
}

bool TokenBucket::take(int64_t now_ms, int64_t tokens) {
  if (wait_ms(now_ms, tokens) > 0) return false;
  take_or_owe(now_ms, tokens);
  return true;
}

void TokenBucket::take_or_owe(int64_t now_ms, int64_t tokens) {
  used_ = used_at(now_ms) + tokens * token;
  at_ms_ = now_ms;
}

void TokenBucket::give_back(int64_t now_ms, int64_t tokens) {
  used_ = std::max<int64_t>(used_at(now_ms) - tokens * token, 0);
  at_ms_ = now_ms;
}

int64_t TokenBucket::wait_ms(int64_t now_ms, int64_t tokens) const {
  const int64_t missing = used_at(now_ms) + (tokens - rate_.burst) * token;
  return missing > 0 ? divided_up(missing, rate_.per_hour) : 0;
}

int64_t TokenBucket::used(int64_t now_ms) const { return divided_up(used_at(now_ms), token); }

}  // namespace teahouse
