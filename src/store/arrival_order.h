// ArrivalOrder: what keeps the order of arrival when the wall clock is put back, also over a restart.
//
// An id's time is the wall clock's, or the last id's where the clock has fallen behind that. So that the ids of the
// next run are later too, the plane notes, before the first of them is used, up to which time ids have been made: about
// once a second while any are made. Commits keep the order of writes, so whatever row is on disk, its note is.
//
// Ids that are ahead of the clock are noted as well: how far at most, and until which time in the ids. Where a query or
// a trim goes by the clock's time, latest_ms() says how much further than that it must look.
//
// Thread: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "store/archive_id.h"

namespace teahouse::store {

class DataPlane;

class ArrivalOrder {
 public:
  static constexpr std::string_view store_name = "arrival", key = "order";  // key-value, of the house

  explicit ArrivalOrder(DataPlane& plane) : plane_(plane) {}

  // Takes up the note of an earlier run; for the engine that opens. Thread: before all others.
  void read(std::string_view noted);

  // The time that ids of this run have at least.
  int64_t first_ms() const { return first_ms_.load(std::memory_order_relaxed); }
  // Ids of this time have come from elsewhere: this run's are later from now on.
  void raise(int64_t id_ms);
  // An id of this time is made for what comes at this time. REQUIRES: before the id is used.
  void note(int64_t id_ms, int64_t wall_ms) {
    if (id_ms >= made_until_ms_.load(std::memory_order_acquire)) note_made(id_ms);
    if (id_ms > wall_ms) note_ahead(id_ms, wall_ms);
  }
  // The latest time that the id of something can have that came by then.
  int64_t latest_ms(int64_t wall_ms) const;

 private:
  void note_made(int64_t id_ms);
  void note_ahead(int64_t id_ms, int64_t wall_ms);
  void store(int64_t made_until_ms, int64_t most_ahead_ms, int64_t ahead_until_ms);

  DataPlane& plane_;
  std::mutex mutex_;  // of writers, so that what is read has been noted
  std::atomic<int64_t> first_ms_ = 1;
  std::atomic<int64_t> made_until_ms_ = 0;
  std::atomic<int64_t> most_ahead_ms_ = 0, ahead_until_ms_ = 0;
};

// Something came: its place in the order, and the clock's time.
struct Arrival {
  ArchiveId id;
  int64_t at_ms;
};

// Makes ids that grow, whatever the clock does. Thread: one maker for each loop.
class ArchiveIdMaker {
 public:
  // REQUIRES: loop_index < 256.
  ArchiveIdMaker(ArrivalOrder& order, unsigned loop_index) : order_(order), loop_(loop_index) {}
  Arrival make(int64_t wall_ms);

 private:
  ArrivalOrder& order_;
  unsigned loop_;
  int64_t last_ms_ = 0;
  uint64_t counter_ = 0;
};

}  // namespace teahouse::store
