// Chores: the long work of a plane, on a thread of its own so that no read waits for it: trim, counting again, and
// scrubbing the bytes of removed tenants off the disk.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "store/rocksdb/commit_log.h"
#include "store/rocksdb/flushing.h"
#include "store/rocksdb/patrol.h"
#include "store/rocksdb/trim.h"
#include "store/workers.h"

namespace teahouse::store::rocks {

// Keys of the notes (Kind::chore) that make a chore be done again after a crash.
std::string recount_chore_key(const StoreId& store);
std::string scrub_chore_key(TenantId tenant);

// Thread: any. Lifetime: finish() ends the chore under way early; those that have a note are done after the next open.
class Chores {
 public:
  using TrimDone = std::function<void(Result<ArchiveStore::Trimmed>)>;

  Chores(rocksdb::DB& db, Flushing& flushing, CommitLog& log, CommitBoard& board, Patrol& patrol)
      : db_(db), flushing_(flushing), log_(log), board_(board), patrol_(patrol) {}

  // Takes up the chores that a crash left. Thread: before anything else.
  rocksdb::Status resume();
  void trim(StoreId store, TrimBefore before, TrimDone done);
  void recount(StoreId store);
  // Makes the disk forget a tenant whose removal is committed. A failure is told in the log, and waits for
  // retry().
  void scrub(TenantId tenant);
  void retry();
  // Tells of all that was asked for until now, once it has ended: which removed tenant's bytes are there still.
  void when_done(std::function<void(Result<void>)> done);
  void finish();

 private:
  Result<void> do_recount(const StoreId& store);
  Result<void> do_scrub(TenantId tenant);
  Result<void> scrub_tables(TenantId tenant);
  rocksdb::Status compact(TenantId tenant);
  Result<void> wait(Lsn lsn);

  rocksdb::DB& db_;
  Flushing& flushing_;
  CommitLog& log_;
  CommitBoard& board_;
  Patrol& patrol_;
  std::mutex mutex_;
  std::map<TenantId, Error> failed_scrubs_;  // guarded by mutex_
  std::atomic<bool> finishing_ = false;
  Workers worker_{1, "data-chores"};
};

}  // namespace teahouse::store::rocks
