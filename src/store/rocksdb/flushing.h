// Flushing: what the memtables hold is taken into tables; and after that has failed, RocksDB is made to go on.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <functional>
#include <mutex>

namespace teahouse::store::rocks {

// Thread: any. All flushes but those for which a full memtable asks go this way.
class Flushing {
 public:
  explicit Flushing(rocksdb::DB& db) : db_(db) {}

  // Has one failed since the last one that was made? Then resume() comes before the next.
  bool has_failed() const { return property(rocksdb::DB::Properties::kBackgroundErrors) != failures_; }
  // Blocks until all that was written before is in tables. Errors: also those of a flush that has failed before, and
  // was not resumed since.
  rocksdb::Status flush();
  // Does work that begins with a flush, as a checkpoint.
  rocksdb::Status begin_with_flush(const std::function<rocksdb::Status()>& work);
  // After a failed flush: tries it once more, so that RocksDB makes others again, unless one is still at work. Thread:
  // the one that writes, as nobody else does.
  void resume();

 private:
  uint64_t property(const std::string& name) const;

  rocksdb::DB& db_;
  std::atomic<uint64_t> failures_ = 0;  // that there had been when one was made
  std::mutex mutex_;                    // held while a flush is asked for, or Resume() is at work
};

}  // namespace teahouse::store::rocks
