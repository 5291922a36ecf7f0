// Pace: what has all the time there is rests after each portion of a table that it reads or writes, so that commits,
// reads and the compactions of every day find a core and the disk. That is what was asked for by hand: the flush and
// the compaction that take a removed tenant's bytes off the disk, and the flush before a backup.
//
// Nobody must wait for what rests: while memtables or tables of level 0 pile up behind it, it does not.
//
// Thread: any. The threads that RocksDB works on tell their files' work by took().
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace teahouse::store::rocks {

class Pace final : public rocksdb::EventListener, public std::enable_shared_from_this<Pace> {
 public:
  using Rest = std::function<void(std::chrono::microseconds)>;
  static constexpr size_t portion_bytes = 8 << 10;  // a fraction of a millisecond of a core

  // `bytes_per_s` are those read and written together; 0: as fast as it goes. `rest` makes the calling thread wait.
  Pace(size_t bytes_per_s, Rest rest);
  // Nobody rests from now on.
  void finish() { finishing_ = true; }

  // This thread has read or written so much of a table.
  static void took(size_t bytes);

  void OnCompactionBegin(rocksdb::DB* db, const rocksdb::CompactionJobInfo& compaction) override;
  void OnCompactionCompleted(rocksdb::DB* db, const rocksdb::CompactionJobInfo& compaction) override;
  void OnFlushBegin(rocksdb::DB* db, const rocksdb::FlushJobInfo& flush) override;
  void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& flush) override;
  void OnMemTableSealed(const rocksdb::MemTableInfo& sealed) override;

 private:
  struct Work;
  static thread_local Work of_this_thread;

  void begin(bool is_by_hand);
  void rest_after(size_t bytes) const;
  void count_level0(rocksdb::DB& db);

  const size_t bytes_per_s_;
  const Rest rest_;
  std::atomic<bool> finishing_ = false, piles_up_ = false;
  std::atomic<int> sealed_ = 0;  // memtables, since a flush ended
};

}  // namespace teahouse::store::rocks
