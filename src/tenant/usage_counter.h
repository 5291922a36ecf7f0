// UsageSlot: what a tenant has used since its slot was given to it, in memory that is a file's (usage_file.h).
// UsageCounter: the way there of those who count.
//
// Thread: any; every count is safe by itself. A slot has at most one writer of `begins` and `current`: UsageRollups.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace teahouse {

// Things that are added up. The numbers are on disk: a new one goes to the end.
enum class Used : uint8_t { messages, bytes_in, bytes_out, relayed_bytes, call_seconds, api_calls, pushes };
inline constexpr size_t used_count = 7, used_count_max = 8;

struct alignas(256) UsageSlot {
  // Where an hour has begun: what the counts were then.
  struct Begin {
    int64_t hour;  // since 1970
    std::array<int64_t, used_count_max> counts;
    std::atomic<int64_t> peak_sessions;  // in this hour
  };
  std::array<std::atomic<int64_t>, used_count_max> counts;  // they only grow
  std::array<Begin, 2> begins;                              // the present one, and the next while it is being written
  std::atomic<uint32_t> current;                            // which of them
};
static_assert(sizeof(UsageSlot) == 256 && std::atomic<int64_t>::is_always_lock_free);

class UsageCounter {
 public:
  // Without a slot (in tests, and on a full disk) nothing is counted.
  void add(Used what, int64_t units = 1) {
    UsageSlot* slot = slot_.load(std::memory_order_acquire);
    if (!slot) return;
    slot->counts[static_cast<size_t>(what)].fetch_add(units);
    mark();
  }
  // So many sessions are there now.
  void raise_peak(int64_t sessions) {
    UsageSlot* slot = slot_.load(std::memory_order_acquire);
    if (!slot) return;
    std::atomic<int64_t>& peak = slot->begins[slot->current % 2].peak_sessions;
    for (int64_t seen = peak; seen < sessions && !peak.compare_exchange_weak(seen, sessions);) {}
    mark();
  }
  // Something else has changed of what an hour's line says: what it stores.
  void touch() {
    if (slot_.load(std::memory_order_acquire)) mark();
  }

  void set(UsageSlot& slot, std::atomic<uint8_t>& is_used) {
    is_used_ = &is_used;
    slot_.store(&slot, std::memory_order_release);
  }
  UsageSlot* slot() const { return slot_.load(std::memory_order_acquire); }

 private:
  // Behind the count, both sequentially consistent: UsageRollups clears the mark and then reads, so that it sees the
  // count or finds the mark the next time.
  void mark() {
    if (is_used_->load() == 0) is_used_->store(1);
  }

  std::atomic<UsageSlot*> slot_ = nullptr;
  std::atomic<uint8_t>* is_used_ = nullptr;  // in this hour; set before slot_
};

}  // namespace teahouse
