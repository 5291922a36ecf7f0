// DiskWatch: sees to it that there is room left on the disk: for what is under way, and so that things can be removed
// when it is full.
//
// Each second it looks how much is free. Below the reserve nothing new is taken (DiskHealth) until there is an eighth
// more than that. A part of the reserve is a file of zeros, for the disk that others fill to its last byte: it is given
// up when nearly nothing is free, also before the planes are opened, and made again when there is space.
//
// Thread: looks: one at a time; its own, once it has started.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/control_plane.h"
#include "store/disk_health.h"

namespace teahouse::store {

class DiskWatch {
 public:
  struct Space {
    uint64_t free = 0, size = 0;  // bytes, for us, and in all
  };
  // None where it can't be told.
  using Measure = std::function<std::optional<Space>()>;

  // `reserve_bytes` is at most a sixteenth of the disk; 0: nothing is watched.
  DiskWatch(std::string directory, uint64_t reserve_bytes, DiskHealth& health, Measure measure = {});
  ~DiskWatch() { stop(); }
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  void look();
  // The same, and makes the file where there is room for it.
  void look_and_keep();
  // So little is free that what is opened should write no more than it must.
  bool is_tight() const { return tight_; }
  // From now on it looks by itself, and tries the control plane when its last write has failed.
  void start(ControlPlane& control);
  void stop();

 private:
  uint64_t reserve(const Space& space) const;
  void judge(const Space& space);

  const std::string file_;
  const uint64_t reserve_bytes_;
  DiskHealth& health_;
  const Measure measure_;
  bool tight_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace teahouse::store
