// Patience: a write that the disk refuses is tried again until it is done, so that a failing disk is a slow one to its
// writers: nothing is lost, doubled or out of order, and it goes on by itself.
//
// Thread: any. Blocks: insist(), as long as the disk refuses.
#pragma once

#include <rocksdb/io_status.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

namespace teahouse::store::rocks {

class Patience {
 public:
  struct Pauses {
    std::chrono::milliseconds between{100};  // two tries
    std::chrono::milliseconds silent{1000};  // so long nobody is told
  };
  // Called while nothing succeeds for so long, and when all is done again; on a thread that waits, one at a time.
  struct Told {
    std::function<void(const rocksdb::Status&)> refused;
    std::function<void()> done;
  };

  Patience() = default;
  explicit Patience(Pauses pauses) : pauses_(pauses) {}
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  // Before that everything is tried once: a start must tell what is wrong.
  void begin(Told told);
  bool has_begun();
  // An attempt that is still refused after that time from now is given up.
  void end_within(std::chrono::milliseconds duration);

  // Gives the status of the last try: good, once this has begun, unless it has ended.
  template <class Attempt>
  auto insist(const Attempt& attempt) {
    auto status = attempt();
    if (status.ok() || !enter()) return status;
    while (!status.ok() && pause(status)) status = attempt();
    leave(status.ok());
    return status;
  }

 private:
  using Moment = std::chrono::steady_clock::time_point;

  bool enter();
  bool pause(const rocksdb::Status& status);  // false when this has ended
  void leave(bool is_done);
  bool has_ended() const { return std::chrono::steady_clock::now() >= end_; }

  const Pauses pauses_{};
  std::mutex telling_;  // outermost
  std::mutex mutex_;
  Told told_;  // guarded by mutex_, as is what follows
  bool begun_ = false, has_told_ = false;
  int waiting_ = 0;
  Moment since_, end_ = Moment::max();
};

}  // namespace teahouse::store::rocks
