// pay_for: a tenant's rate of bits, as one number that all loops share: the time until which what went through is paid
// for (GCRA). Up to burst_ms of traffic may come at once.
//
// Thread: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace teahouse::calls {

inline constexpr int64_t burst_ms = 500;

// False: so many bits are too many for now. bits_per_s: -1 for no limit.
inline bool pay_for(std::atomic<int64_t>& paid_until_us, int64_t now_ms, int64_t bits, int64_t bits_per_s) {
  if (bits_per_s < 0) return true;
  if (bits_per_s == 0) return false;
  const int64_t now_us = now_ms * 1000, cost_us = (bits * 1'000'000 + bits_per_s - 1) / bits_per_s;
  int64_t paid = paid_until_us.load(std::memory_order_relaxed);
  while (true) {
    const int64_t from = std::max(paid, now_us);
    if (from > now_us + burst_ms * 1000) return false;
    if (paid_until_us.compare_exchange_weak(paid, from + cost_us, std::memory_order_relaxed)) return true;
  }
}

}  // namespace teahouse::calls
