#include "store/arrival_order.h"

#include <algorithm>
#include <cassert>

#include "store/data_plane.h"
#include "store/note_words.h"

namespace teahouse::store {
namespace {

constexpr int64_t step_ms = 1'000;  // noted so far ahead, to be noted seldom

}  // namespace

void ArrivalOrder::read(std::string_view noted) {
  made_until_ms_ = take_number(noted);
  most_ahead_ms_ = take_number(noted);
  ahead_until_ms_ = take_number(noted);
  first_ms_ = std::clamp<int64_t>(made_until_ms_, 1, id_ms_end - 1);
}

void ArrivalOrder::raise(int64_t id_ms) {
  note(id_ms, id_ms);
  int64_t first = first_ms();
  while (first <= id_ms && !first_ms_.compare_exchange_weak(first, id_ms + 1)) {}
}

int64_t ArrivalOrder::latest_ms(int64_t wall_ms) const {
  const int64_t most = most_ahead_ms_.load(std::memory_order_acquire);
  const int64_t until = ahead_until_ms_.load(std::memory_order_acquire);
  if (wall_ms >= until || most == 0) return wall_ms;
  return wall_ms > until - most ? until : wall_ms + most;
}

void ArrivalOrder::note_made(int64_t id_ms) {
  const std::lock_guard lock(mutex_);
  if (id_ms < made_until_ms_) return;
  const int64_t until = id_ms + step_ms;
  store(until, most_ahead_ms_, ahead_until_ms_);
  made_until_ms_.store(until, std::memory_order_release);
}

void ArrivalOrder::note_ahead(int64_t id_ms, int64_t wall_ms) {
  const int64_t ahead = id_ms - wall_ms;
  const auto is_noted = [&] { return ahead <= most_ahead_ms_.load() && id_ms < ahead_until_ms_.load(); };
  if (is_noted()) return;
  const std::lock_guard lock(mutex_);
  if (is_noted()) return;
  const int64_t most = std::max<int64_t>(most_ahead_ms_, ahead + step_ms);
  const int64_t until = std::max<int64_t>(ahead_until_ms_, id_ms + step_ms);
  store(made_until_ms_, most, until);
  most_ahead_ms_ = most;
  ahead_until_ms_ = until;
}

void ArrivalOrder::store(int64_t made_until_ms, int64_t most_ahead_ms, int64_t ahead_until_ms) {
  plane_.key_value(TenantId::server, store_name)
      .store(key, std::to_string(made_until_ms) + " " + std::to_string(most_ahead_ms) + " " +
                      std::to_string(ahead_until_ms));
}

Arrival ArchiveIdMaker::make(int64_t wall_ms) {
  assert(loop_ < (1U << loop_bits));
  const int64_t at_ms = std::clamp<int64_t>(wall_ms, 0, id_wall_ms_max);
  const int64_t now_ms = std::max(at_ms, order_.first_ms());
  if (now_ms > last_ms_) {
    last_ms_ = now_ms;
    counter_ = 0;
  } else if (++counter_ == counter_end) {  // more ids than a millisecond has: borrow from the next
    ++last_ms_;
    counter_ = 0;
  }
  order_.note(last_ms_, at_ms);
  const uint64_t id = static_cast<uint64_t>(last_ms_) << (loop_bits + counter_bits) | counter_ << loop_bits | loop_;
  return {static_cast<ArchiveId>(id), at_ms};
}

}  // namespace teahouse::store
