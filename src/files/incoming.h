// IncomingFile: bytes on their way in, as a file of the folder `incoming`, with their digest. Destroyed it leaves
// nothing, unless it was moved; what a crash leaves of it prepare_incoming() removes.
//
// Thread: one at a time, of those that may wait for a disk: all of it blocks.
// Errors: storage_full; internal_server_error with the path.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/hasher.h"
#include "files/object_store.h"

namespace teahouse {

class IncomingFile {
 public:
  static Result<std::unique_ptr<IncomingFile>> make(const std::string& path);
  ~IncomingFile();
  IncomingFile(const IncomingFile&) = delete;

  Result<void> write(std::string_view bytes);
  Digest finish();  // REQUIRES: called once, after the last write
  Result<void> sync();
  Result<void> move_to(const std::string& path);
  // So many bytes from there on. Errors: also where there are fewer.
  Result<std::string> read(uint64_t first, size_t bytes) const;
  uint64_t bytes() const { return bytes_; }

 private:
  IncomingFile(int file, std::string path) : file_(file), path_(std::move(path)) {}

  const int file_;
  const std::string path_;
  crypto::Hasher hasher_;
  uint64_t bytes_ = 0;
  bool moved_ = false;
};

// Makes the folder where it is not there, and empties it.
Result<void> prepare_incoming(const std::string& folder);

// The error of a path that could not be `what`: "… can't be written: No such device."
Error disk_error(std::string_view what, const std::string& path, int reason);
Result<void> sync_folder(const std::string& path);
// Makes the folder and those above it that are not there, each on disk.
Result<void> make_synced_folder(const std::string& path);

// Awaits what blocks: `job` runs on a thread of the disk.
template <class T>
Task<Result<T>> on_disk(Executor& home, Executor& disk, std::function<Result<T>()> job) {
  std::function<void(typename Async<Result<T>>::Done)> start = [&disk, &job](auto done) {
    disk.post([&job, done = std::move(done)] { done(job()); });  // the frame waits
  };
  co_return co_await Async<Result<T>>(home, std::move(start));
}

}  // namespace teahouse
