// Patience: what the disk refuses is tried again until it is done, so that a failing disk is a slow one to whoever
// writes: nothing is lost, doubled or out of order, and it goes on by itself.
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

  // Before that everything is tried once: who opens wants to hear what is wrong.
  void begin(Told told);
  bool has_begun();

  // Gives the status of the last try: good, once this has begun.
  template <class Attempt>
  auto insist(const Attempt& attempt) {
    auto status = attempt();
    if (status.ok() || !enter()) return status;
    while (!status.ok()) {
      pause(status);
      status = attempt();
    }
    leave();
    return status;
  }

 private:
  bool enter();
  void pause(const rocksdb::Status& status);
  void leave();

  const Pauses pauses_{};
  std::mutex telling_;  // outermost
  std::mutex mutex_;
  Told told_;  // guarded by mutex_, as is what follows
  bool begun_ = false, has_told_ = false;
  int waiting_ = 0;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace teahouse::store::rocks
