// FailingFiles: this machine's files for RocksDB, on a disk that can be made to fail.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace teahouse::testing {

// Thread: any.
class FailingFiles final : public rocksdb::FileSystemWrapper {
 public:
  enum Fault : unsigned { writes = 1, half_writes = 2, syncs = 4, makes = 8, reads = 16, no_space = 32 };

  FailingFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingFiles"; }

  // From now on these fail: of all files, or of those whose path has this, but for the first few that would. With
  // `no_space` as if the disk were full.
  void fail(unsigned faults, const std::string& of = {}, unsigned spared = 0) {
    of_ = of;
    spared_ = spared;
    faults_ = faults;
  }
  void recover() { faults_ = 0; }
  unsigned failures() const { return failures_; }
  void await_failures(unsigned count) {
    for (unsigned seen = failures_; seen < count; seen = failures_) failures_.wait(seen);
  }
  // The next file whose name ends so is not made before release().
  void hold(const std::string& of) {
    const std::lock_guard lock(mutex_);
    held_ = of;
  }
  void await_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_holding_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    is_holding_ = false;
    changed_.notify_all();
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    wait_where_held(path);
    if (fails(makes, path)) return status();
    return wrap(path, FileSystemWrapper::NewWritableFile(path, options, result, debug), result);
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    return wrap(path, FileSystemWrapper::ReopenWritableFile(path, options, result, debug), result);
  }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override {
    auto made = FileSystemWrapper::NewRandomAccessFile(path, options, result, debug);
    if (made.ok()) *result = std::make_unique<Reader>(*this, path, std::move(*result));
    return made;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FailingFiles& files, std::string path, std::unique_ptr<rocksdb::FSWritableFile> base)
        : FSWritableFileOwnerWrapper(std::move(base)), files_(files), path_(std::move(path)) {}
    using FSWritableFileWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (files_.fails(half_writes, path_)) {
        FSWritableFileWrapper::Append({data.data(), data.size() / 2}, options, debug).PermitUncheckedError();
        return files_.status();
      }
      return files_.fails(writes, path_) ? files_.status() : FSWritableFileWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return files_.fails(syncs, path_) ? files_.status() : FSWritableFileWrapper::Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return files_.fails(syncs, path_) ? files_.status() : FSWritableFileWrapper::Fsync(options, debug);
    }

   private:
    FailingFiles& files_;
    const std::string path_;
  };

  class Reader final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    Reader(FailingFiles& files, std::string path, std::unique_ptr<rocksdb::FSRandomAccessFile> base)
        : FSRandomAccessFileOwnerWrapper(std::move(base)), files_(files), path_(std::move(path)) {}
    rocksdb::IOStatus Read(uint64_t offset, size_t bytes, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                           char* scratch, rocksdb::IODebugContext* debug) const override {
      if (files_.fails(reads, path_)) return files_.status();
      return FSRandomAccessFileWrapper::Read(offset, bytes, options, result, scratch, debug);
    }

   private:
    FailingFiles& files_;
    const std::string path_;
  };

  rocksdb::IOStatus wrap(const std::string& path, rocksdb::IOStatus made,
                         std::unique_ptr<rocksdb::FSWritableFile>* result) {
    if (made.ok()) *result = std::make_unique<File>(*this, path, std::move(*result));
    return made;
  }
  bool fails(Fault fault, const std::string& path) {
    if ((faults_ & fault) == 0 || path.find(of_) == std::string::npos) return false;
    if (spared_ > 0) {
      --spared_;
      return false;
    }
    ++failures_;
    failures_.notify_all();
    return true;
  }
  void wait_where_held(const std::string& path) {
    std::unique_lock lock(mutex_);
    if (held_.empty() || !path.ends_with(held_)) return;
    held_.clear();
    is_holding_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_holding_; });
  }
  rocksdb::IOStatus status() const {
    return faults_ & no_space ? rocksdb::IOStatus::NoSpace("the test's") : rocksdb::IOStatus::IOError("the test's");
  }

  std::atomic<unsigned> faults_ = 0, failures_ = 0, spared_ = 0;
  std::string of_;  // changes while nothing fails
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string held_;  // guarded by mutex_, as is the next
  bool is_holding_ = false;
};

}  // namespace teahouse::testing
