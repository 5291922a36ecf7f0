// RocksDB takes a failed write or sync of its log for the end: it takes no writes until it is opened anew, and in
// Debian's build a second use of the file ends the process. So it never hears of one.
//
// Append: what was written of it in part is cut off again, through a new file handle, and the whole written anew.
//
// Sync of a log: after a failure the kernel may hold for clean what is not on the disk, so that a second sync would say
// that all is well. So the file is cut back to what was synced before, and what came since, which is kept until its own
// sync, is written once more. Until then nobody was told that it is stored; a crash meanwhile takes it, as it may take
// any write on its way.
//
// Sync of tables and the manifest can't be mended so, since nobody keeps what they hold. But RocksDB makes those anew
// at Resume() when the error says that it may (SetRetryable), and is no want of space, for which it has a thread of its
// own. Tables are not insisted on at all: what a flush or a compaction has written of one that can't be ended would
// stay on a full disk, and keep even removals waiting.
//
// Sync of a directory is insisted on: RocksDB would have the log written and say that it is not.
//
// Pace is told how much of tables they read and write.
#include "store/rocksdb/patient_files.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "store/rocksdb/pace.h"

namespace teahouse::store::rocks {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr size_t kept_capacity_max = 1 << 20;

IOStatus may_begin_anew(IOStatus status) {
  if (status.IsIOError()) status.SetRetryable(true);
  return status;
}

IOStatus may_sync_anew(IOStatus status) {
  return may_begin_anew(status.IsNoSpace() ? IOStatus::IOError(status.ToString()) : std::move(status));
}

class PatientFile final : public rocksdb::FSWritableFile {
 public:
  PatientFile(std::string path, const rocksdb::FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile> file,
              rocksdb::FileSystem& base, Patience& patience)
      : path_(std::move(path)),
        options_(options),
        is_log_(path_.ends_with(".log")),
        is_table_(path_.ends_with(".sst")),
        base_(base),
        patience_(patience),
        file_(std::move(file)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return append(data, [&] { return file_->Append(data, options, debug); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return append(data, [&] { return file_->Append(data, options, verification, debug); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return file_->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return file_->Fsync(options, debug); });
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return file_ ? may_begin_anew(file_->Flush(options, debug)) : lost();
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return file_ ? may_begin_anew(file_->Close(options, debug)) : lost();
  }
  IOStatus RangeSync(uint64_t offset, uint64_t bytes, const IOOptions& options, IODebugContext* debug) override {
    return file_ ? may_begin_anew(file_->RangeSync(offset, bytes, options, debug)) : lost();
  }

  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }
  size_t GetRequiredBufferAlignment() const override { return alignment_; }
  void SetWriteLifeTimeHint(rocksdb::Env::WriteLifeTimeHint hint) override {
    if (file_) file_->SetWriteLifeTimeHint(hint);
  }
  void SetPreallocationBlockSize(size_t size) override {
    if (file_) file_->SetPreallocationBlockSize(size);
  }
  void GetPreallocationStatus(size_t* block_size, size_t* last_allocated_block) override {
    if (file_) file_->GetPreallocationStatus(block_size, last_allocated_block);
  }
  void PrepareWrite(size_t offset, size_t bytes, const IOOptions& options, IODebugContext* debug) override {
    if (file_) file_->PrepareWrite(offset, bytes, options, debug);
  }
  IOStatus InvalidateCache(size_t offset, size_t bytes) override {
    return file_ ? file_->InvalidateCache(offset, bytes) : IOStatus::OK();
  }

 private:
  static IOStatus lost() { return may_begin_anew(IOStatus::IOError("the file can't be cut and opened again")); }

  template <class Attempt>
  IOStatus append(const Slice& data, const Attempt& attempt) {
    const IOStatus status = is_table_ ? attempt() : try_on(attempt);
    if (!status.ok()) return is_table_ && patience_.has_begun() ? may_sync_anew(status) : may_begin_anew(status);
    if (is_table_) Pace::took(data.size());
    size_ += data.size();
    if (is_log_) unsynced_.append(data.data(), data.size());
    return status;
  }

  template <class Attempt>
  IOStatus sync(const Attempt& attempt) {
    if (!is_log_) return file_ ? may_sync_anew(attempt()) : lost();
    const IOStatus status = try_on(attempt);
    if (!status.ok()) return may_begin_anew(status);
    synced_size_ = size_;
    unsynced_.clear();
    if (unsynced_.capacity() > kept_capacity_max) unsynced_.shrink_to_fit();
    return status;
  }

  template <class Attempt>
  IOStatus try_on(const Attempt& attempt) {
    return patience_.insist([&] {
      IOStatus status = is_broken_ ? mend() : IOStatus::OK();
      if (status.ok()) status = attempt();
      is_broken_ = !status.ok();
      return status;
    });
  }

  // As it was before what failed, for a handle that has seen no error.
  IOStatus mend() {
    const IOOptions options;
    file_.reset();
    if (::truncate(path_.c_str(), static_cast<off_t>(is_log_ ? synced_size_ : size_)) != 0) return lost();
    IOStatus status = base_.ReopenWritableFile(path_, options_, &file_, nullptr);
    if (status.ok() && is_log_ && !unsynced_.empty()) status = file_->Append(unsynced_, options, nullptr);
    return status;
  }

  const std::string path_;
  const rocksdb::FileOptions options_;
  const bool is_log_, is_table_;
  rocksdb::FileSystem& base_;
  Patience& patience_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;  // null while it could not be opened again
  const size_t alignment_ = file_->GetRequiredBufferAlignment();
  bool is_broken_ = false;
  uint64_t size_ = 0, synced_size_ = 0;
  std::string unsynced_;  // of a log: what lies between the two
};

class PatientDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  PatientDirectory(std::unique_ptr<rocksdb::FSDirectory> base, Patience& patience)
      : FSDirectoryWrapper(std::move(base)), patience_(patience) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return may_sync_anew(patience_.insist([&] { return FSDirectoryWrapper::Fsync(options, debug); }));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& what) override {
    return may_sync_anew(
        patience_.insist([&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, what); }));
  }

 private:
  Patience& patience_;
};

// A table that can't be read now is no reason to end all writing: a compaction begins anew.
class PatientReader final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  explicit PatientReader(std::unique_ptr<rocksdb::FSRandomAccessFile> base)
      : FSRandomAccessFileOwnerWrapper(std::move(base)) {}
  IOStatus Read(uint64_t offset, size_t bytes, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) const override {
    Pace::took(bytes);
    return may_begin_anew(FSRandomAccessFileOwnerWrapper::Read(offset, bytes, options, result, scratch, debug));
  }
};

class PatientFiles final : public rocksdb::FileSystemWrapper {
 public:
  PatientFiles(const std::shared_ptr<rocksdb::FileSystem>& base, const std::string& directory, Patience& patience)
      : FileSystemWrapper(base), own_(directory + "/"), patience_(patience) {}
  const char* Name() const override { return "teahouse.PatientFiles"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    const auto attempt = [&] { return FileSystemWrapper::NewWritableFile(path, options, &file, debug); };
    if (!is_own(path)) {
      const IOStatus status = attempt();
      *result = std::move(file);
      return status;
    }
    const bool is_table = path.ends_with(".sst");
    const IOStatus status = is_table ? attempt() : patience_.insist(attempt);
    if (!status.ok()) return is_table && patience_.has_begun() ? may_sync_anew(status) : may_begin_anew(status);
    *result = std::make_unique<PatientFile>(path, options, std::move(file), *target(), patience_);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    const auto attempt = [&] { return FileSystemWrapper::RenameFile(from, to, options, debug); };
    return is_own(from) ? may_begin_anew(patience_.insist(attempt)) : attempt();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    IOStatus status = may_begin_anew(FileSystemWrapper::NewDirectory(path, options, &directory, debug));
    if (!status.ok()) return status;
    if (is_own(path + "/")) directory = std::make_unique<PatientDirectory>(std::move(directory), patience_);
    *result = std::move(directory);
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSRandomAccessFile> file;
    IOStatus status = may_begin_anew(FileSystemWrapper::NewRandomAccessFile(path, options, &file, debug));
    if (status.ok()) *result = std::make_unique<PatientReader>(std::move(file));
    return status;
  }

 private:
  // And no copy's, whose maker wants to hear that it can't be made.
  bool is_own(const std::string& path) const { return path.starts_with(own_); }

  const std::string own_;  // what the paths of the database's files begin with
  Patience& patience_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_patient_files(std::shared_ptr<rocksdb::FileSystem> base,
                                                        const std::string& directory, Patience& patience) {
  return std::make_shared<PatientFiles>(std::move(base), directory, patience);
}

}  // namespace teahouse::store::rocks
