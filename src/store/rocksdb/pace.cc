#include "store/rocksdb/pace.h"

#include <rocksdb/db.h>

#include <charconv>
#include <string>
#include <utility>

namespace teahouse::store::rocks {
namespace {

constexpr int sealed_max = 1;  // with a third memtable RocksDB has writes wait
constexpr int level0_max = 4;  // so many wait for a compaction of every day

}  // namespace

struct Pace::Work {
  std::shared_ptr<const Pace> pace;  // null: as fast as it goes
  size_t bytes = 0;                  // since it rested
};
thread_local Pace::Work Pace::of_this_thread;

Pace::Pace(size_t bytes_per_s, Rest rest) : bytes_per_s_(bytes_per_s), rest_(std::move(rest)) {}

void Pace::took(size_t bytes) {
  Work& work = of_this_thread;
  if (!work.pace || (work.bytes += bytes) < portion_bytes) return;
  work.pace->rest_after(std::exchange(work.bytes, 0));
}

void Pace::rest_after(size_t bytes) const {
  if (finishing_ || piles_up_ || sealed_ > sealed_max) return;
  rest_(std::chrono::microseconds(bytes * 1'000'000 / bytes_per_s_));
}

// Also where it ends what was begun: RocksDB tells of no end while it closes.
void Pace::begin(bool is_by_hand) {
  of_this_thread = {is_by_hand && bytes_per_s_ > 0 ? shared_from_this() : nullptr, 0};
}

void Pace::OnCompactionBegin(rocksdb::DB* /*db*/, const rocksdb::CompactionJobInfo& compaction) {
  begin(compaction.compaction_reason == rocksdb::CompactionReason::kManualCompaction);
}

void Pace::OnCompactionCompleted(rocksdb::DB* db, const rocksdb::CompactionJobInfo& /*compaction*/) {
  begin(false);
  count_level0(*db);
}

void Pace::OnFlushBegin(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& flush) {
  begin(flush.flush_reason == rocksdb::FlushReason::kManualFlush);
}

void Pace::OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& /*flush*/) {
  begin(false);
  sealed_ = 0;
  count_level0(*db);
}

void Pace::OnMemTableSealed(const rocksdb::MemTableInfo& /*sealed*/) { ++sealed_; }

void Pace::count_level0(rocksdb::DB& db) {
  std::string told;
  int files = 0;
  if (!db.GetProperty("rocksdb.num-files-at-level0", &told)) return;
  std::from_chars(told.data(), told.data() + told.size(), files);
  piles_up_ = files >= level0_max;
}

}  // namespace teahouse::store::rocks
