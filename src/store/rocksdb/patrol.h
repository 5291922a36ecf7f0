// Patrol: reads all tables of the running database again and again, slowly, and sets rot aside that it finds, or that a
// read or a compaction has met (damage.h), before it can stop anybody.
//
// Thread: any. Lifetime: after the database and its log, and until finish().
#pragma once

#include <rocksdb/db.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "store/rocksdb/commit_log.h"
#include "store/rocksdb/damage.h"
#include "store/rocksdb/rot_listener.h"
#include "store/rocksdb/table_disk.h"

namespace teahouse::store::rocks {

class Patrol {
 public:
  Patrol(rocksdb::DB& db, CommitLog& log, CommitBoard& board, Damages& damages, const RocksdbSettings& settings,
         std::shared_ptr<RotListener> listener);
  ~Patrol() { finish(); }

  void start();
  // Looks at the table that this names, or at all, before it goes on.
  void suspect(const rocksdb::Status& status);
  // Does so now, on this thread, and once more while `again` meets rot in other tables; its last answer.
  rocksdb::Status set_aside_and(const std::function<rocksdb::Status()>& again);
  // The tenant is removed: what was set aside of it alone is wiped.
  void forget(TenantId tenant);
  // As long as this is held, nothing is replaced: a copy by hard links is of the tables as they are.
  [[nodiscard]] std::unique_lock<std::mutex> hold_tables() { return std::unique_lock(blanking_); }
  void finish();

 private:
  void run();
  void walk();
  void look_at_suspects();
  void look_at(const std::set<std::string>& names);
  void look_at(const rocksdb::LiveFileMetaData& table, bool is_slow);
  Result<void> set_aside(const TableDisk& disk, const std::string& name, const TableCheck& check);
  Result<void> note(const Damages::List& damages);
  void tell_unclear(const std::string& name, const TableCheck& check);
  void rest(size_t bytes);

  rocksdb::DB& db_;
  CommitLog& log_;
  CommitBoard& board_;
  Damages& damages_;
  const RocksdbSettings settings_;
  const std::shared_ptr<RotListener> listener_;

  std::mutex blanking_;  // innermost, and never while others' threads are asked: that of copies waits for it
  std::mutex setting_aside_;
  std::map<std::string, std::chrono::steady_clock::time_point>
      failed_;                  // tables, guarded by setting_aside_, as is the next
  std::set<std::string> told_;  // of which it was said that they are unknown
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> suspects_;  // guarded by mutex_, as is the next; names of tables, or "" for all
  bool finishing_ = false;
  std::thread thread_;
};

}  // namespace teahouse::store::rocks
