#include "store/disk_watch.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "base/log.h"

namespace teahouse::store {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr uint64_t file_bytes_max = 16 << 20;

std::optional<DiskWatch::Space> measure_disk(const std::string& directory) {
  struct statvfs found {};
  if (::statvfs(directory.c_str(), &found) != 0) return std::nullopt;
  return DiskWatch::Space{static_cast<uint64_t>(found.f_bavail) * found.f_frsize,
                          static_cast<uint64_t>(found.f_blocks) * found.f_frsize};
}

std::string mebibytes(uint64_t bytes) { return std::to_string(bytes >> 20); }

uint64_t file_bytes(uint64_t reserve) { return std::min(file_bytes_max, reserve / 4); }

bool make_file(const std::string& path, uint64_t bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool made = ::posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0;
  ::close(file);
  return made;
}

}  // namespace

DiskWatch::DiskWatch(std::string directory, uint64_t reserve_bytes, DiskHealth& health, Measure measure)
    : file_(directory + "/reserve"),
      reserve_bytes_(reserve_bytes),
      health_(health),
      measure_(measure ? std::move(measure) : [directory] { return measure_disk(directory); }) {}

void DiskWatch::look() {
  const auto space = reserve_bytes_ ? measure_() : std::nullopt;
  if (!space) return;
  judge(*space);
  if (space->free < file_bytes(reserve(*space)) && ::unlink(file_.c_str()) == 0) {
    log::warning("store", "The disk is full; the reserve file is given up", {{"file", file_}});
  }
}

void DiskWatch::look_and_keep() {
  look();
  const auto space = reserve_bytes_ ? measure_() : std::nullopt;
  if (!space) return;
  const uint64_t bytes = file_bytes(reserve(*space));
  std::error_code none;
  if (space->free < reserve(*space) + 2 * bytes || std::filesystem::exists(file_, none)) return;
  if (!make_file(file_, bytes)) ::unlink(file_.c_str());
}

uint64_t DiskWatch::reserve(const Space& space) const { return std::min(reserve_bytes_, space.size / 16); }

void DiskWatch::judge(const Space& space) {
  const uint64_t least = reserve(space);
  tight_ = space.free < least / 2;
  const bool was_full = health_.has(DiskHealth::little_space);
  if (!was_full && space.free < least) {
    health_.raise(DiskHealth::little_space);
    log::warning("store", "The disk is full but for the reserve: nothing new is taken until there is room",
                 {{"free_mib", mebibytes(space.free)}, {"reserve_mib", mebibytes(least)}});
  } else if (was_full && space.free >= least + least / 8) {
    health_.clear(DiskHealth::little_space);
    log::info("store", "There is room on the disk again", {{"free_mib", mebibytes(space.free)}});
  }
}

void DiskWatch::start(ControlPlane& control) {
  thread_ = std::thread([this, &control] {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, look_every, [this] { return stopping_; })) {
      lock.unlock();
      look_and_keep();
      if (health_.has(DiskHealth::control_fails)) (void)control.try_write();
      lock.lock();
    }
  });
  pthread_setname_np(thread_.native_handle(), "disk-watch");
}

void DiskWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace teahouse::store
