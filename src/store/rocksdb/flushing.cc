// Of RocksDB (7.8), once a flush has failed, until Resume() has succeeded and after that:
//
// It takes writes into memory and the log for as long as its memtables have room, but makes no flush, compaction or
// checkpoint.
//
// A flush is a request in a queue and a thread that is started for it. A thread that starts while an error stands and
// nobody resumes ends at once and leaves its request in the queue. The next Resume() finds it there, starts no other
// thread for it, and waits for ever. This happens when Resume() ends before the flush that it has asked for begins,
// because another one has failed meanwhile. So there must be no other: none may be at work when Resume() begins, since
// what was asked for behind it would follow within Resume(); and none may be asked for until it has ended.
//
// The mark that all is stopped, which a manifest that could not be written sets, is left by Resume(). Since then
// Flush() does not wait for what it has asked for any more, and says that all is well. So whether it was done is looked
// at.
#include "store/rocksdb/flushing.h"

#include <chrono>
#include <thread>

namespace teahouse::store::rocks {
namespace {
constexpr std::chrono::milliseconds between_looks(10);
}

rocksdb::Status Flushing::flush() {
  const uint64_t failures = property(rocksdb::DB::Properties::kBackgroundErrors);
  auto status = begin_with_flush([this] { return db_.Flush(rocksdb::FlushOptions()); });
  while (status.ok() && property(rocksdb::DB::Properties::kNumImmutableMemTable) > 0) {
    if (property(rocksdb::DB::Properties::kBackgroundErrors) != failures) {
      return rocksdb::Status::IOError("a table could not be made");
    }
    // tidy: allow sleep: RocksDB tells nobody
    std::this_thread::sleep_for(between_looks);
  }
  if (status.ok()) failures_ = failures;
  return status;
}

rocksdb::Status Flushing::begin_with_flush(const std::function<rocksdb::Status()>& work) {
  const std::lock_guard lock(mutex_);
  return work();
}

void Flushing::resume() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || property(rocksdb::DB::Properties::kNumRunningFlushes) > 0 ||
      property(rocksdb::DB::Properties::kNumRunningCompactions) > 0) {
    return;
  }
  db_.Resume().PermitUncheckedError();  // what comes of it is the next write's status
}

uint64_t Flushing::property(const std::string& name) const {
  uint64_t value = 0;
  db_.GetIntProperty(name, &value);
  return value;
}

}  // namespace teahouse::store::rocks
