// CommitLog: the one way into the database: appends from all threads become groups, each committed with one fsync. A
// loop's appends during a turn are committed together at its end, unless they reach 1 MiB before or another thread's
// group takes the first of them along.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/commit_board.h"
#include "store/commit_mark.h"
#include "store/rocksdb/flushing.h"
#include "store/rocksdb/group.h"
#include "store/rocksdb/patience.h"
#include "store/rocksdb/recent_pairs.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/rocksdb/row_ranks.h"

namespace teahouse::store::rocks {

// Thread: any. Blocks: an append, while too many bytes wait for the disk (RocksdbSettings), unless commits are
// interrupted. Lifetime: finish(), which the destructor calls, commits what was appended, as long as the disk takes it
// before the patience ends.
class CommitLog {
 public:
  // `mark` notes each commit; `recount` is told, on the committing thread and before the commit is announced, of stores
  // to be counted again. `ranks` forgets the owners of rows that a commit has removed, before it is announced.
  CommitLog(rocksdb::DB& db, Flushing& flushing, Patience& patience, CommitMark& mark, CommitBoard& board,
            RowRanks& ranks, const RocksdbSettings& settings, std::function<void(StoreId)> recount);
  ~CommitLog() { finish(); }

  // With `with`, unless that is null, as one Lsn.
  Lsn append(const Write& write, const Write* with);
  Lsn remove_tenant(TenantId tenant, const std::string& scrub_key);
  // Several writes that are committed all or none, as one Lsn.
  Lsn append_together(const std::function<void(Group&)>& add);
  // A write that changes nothing; before it, a flush that has failed and stands in the way of others is tried again.
  Lsn append_resuming();
  // The same as append_together, unless a tenant was removed since `removals()` was that; then 0.
  Lsn append_unless_removed(uint64_t removals, const std::function<void(Group&)>& add);
  uint64_t removals() const;
  // Forgets remembered pair rows of this owner, some of which the group being made removes. REQUIRES: within
  // append_together.
  void forget_pairs(std::string_view owner) { recent_.forget_owner(owner); }

  Lsn appended() const { return appended_.load(); }
  // The last write of a module for the tenant, or its removal; or a later one, of a tenant that shares its place.
  Lsn appended_for(TenantId tenant) const;
  bool congested() const { return pending_bytes_.load() > waiting_bytes_max_ / 16 && !board_.is_interrupted(); }
  // The board's commits are interrupted: those that wait for space wait no more.
  void on_interrupted();
  void finish();

 private:
  struct Bell;
  struct Ringing;

  Lsn append_both(const EncodedWrite& first, const Write& second);
  Lsn append_locked(std::unique_lock<std::mutex>& lock, const std::function<void(Group&)>& add);
  void run();
  void commit(Group& group, Lsn last);
  rocksdb::Status write(Group& group, std::vector<StoreId>* recounts);
  void give_up();
  Lsn& last_of(TenantId tenant) { return last_of_[raw(tenant) % last_of_.size()]; }
  const Lsn& last_of(TenantId tenant) const { return last_of_[raw(tenant) % last_of_.size()]; }

  rocksdb::DB& db_;
  Flushing& flushing_;
  Patience& patience_;
  CommitMark& mark_;
  CommitBoard& board_;
  RowRanks& ranks_;
  const size_t waiting_bytes_max_, counted_rows_max_;
  const std::function<void(StoreId)> recount_;

  mutable std::mutex mutex_;
  std::condition_variable space_;
  Group pending_;  // guarded by mutex_, as is what follows
  RecentPairs recent_;
  std::array<Lsn, 4096> last_of_{};  // of tenants since the opening, by their ids
  uint64_t removals_ = 0;
  bool resumes_ = false;  // before the next group is written
  bool finishing_ = false;
  bool has_given_up_ = false;  // the committer's own
  std::atomic<Lsn> appended_;
  std::atomic<size_t> pending_bytes_ = 0;
  const std::shared_ptr<Bell> bell_;  // turns may end when the log has
  std::thread thread_;
};

}  // namespace teahouse::store::rocks
