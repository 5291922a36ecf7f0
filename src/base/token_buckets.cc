#include "base/token_buckets.h"

namespace teahouse {

int64_t TokenBuckets::take_ms(std::string_view name, int64_t now_ms, TokenRate rate) {
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    make_room(now_ms);
    found = buckets_.emplace(name, TokenBucket(rate)).first;
  }
  found->second.set_rate(now_ms, rate);
  return found->second.take(now_ms) ? 0 : found->second.wait_ms(now_ms);
}

void TokenBuckets::give_back(std::string_view name, int64_t now_ms) {
  if (const auto found = buckets_.find(name); found != buckets_.end()) found->second.give_back(now_ms);
}

int64_t TokenBuckets::used(std::string_view name, int64_t now_ms, TokenRate rate) {
  const auto found = buckets_.find(name);
  if (found == buckets_.end()) return 0;
  found->second.set_rate(now_ms, rate);
  return found->second.used(now_ms);
}

void TokenBuckets::make_room(int64_t now_ms) {
  if (buckets_.size() < names_max_) return;
  std::erase_if(buckets_, [now_ms](const auto& bucket) { return bucket.second.is_full(now_ms); });
  if (buckets_.size() >= names_max_) buckets_.clear();
}

}  // namespace teahouse
