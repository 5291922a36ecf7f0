// Appenders copy their writes into the pending group under a mutex, and take the next Lsn there, so that Lsns are in
// the batch's order. The committer swaps that group for an empty one, writes it with one fsync and announces its last
// Lsn; meanwhile the next group gathers. A group is one atomic batch, so that what a crash leaves is a prefix of the
// Lsns.
//
// Back-pressure: half of waiting_bytes_max may gather while the other half is being written. Who appends beyond that
// waits until the committer takes the group; from a quarter on congested() warns. The committer waits for no loop, so
// this can't lock up.
//
// When a commit fails nobody knows what is on the disk. So it is the last: the board fails, what waits and what comes
// is dropped (it still gets Lsns, which are never announced), and a restart finds the truth.
#include "store/rocksdb/commit_log.h"

#include <pthread.h>

#include <cassert>
#include <utility>

#include "base/log.h"
#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {

CommitLog::CommitLog(rocksdb::DB& db, CommitBoard& board, RocksdbSettings settings,
                     std::function<void(StoreId)> recount)
    : db_(db), board_(board), settings_(settings), recount_(std::move(recount)), appended_(board.committed()) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "data-commit");
}

Lsn CommitLog::append(const Write& write) {
  thread_local EncodedWrite encoded;
  encoded.encode(write);
  std::unique_lock lock(mutex_);
  return append_locked(lock, [this](Group& group) { group.add(encoded, recent_); });
}

Lsn CommitLog::append_together(const std::function<void(Group&)>& add) {
  std::unique_lock lock(mutex_);
  return append_locked(lock, add);
}

Lsn CommitLog::append_unless_removed(uint64_t removals, const std::function<void(Group&)>& add) {
  std::unique_lock lock(mutex_);
  return removals == removals_ ? append_locked(lock, add) : 0;
}

uint64_t CommitLog::removals() const {
  std::lock_guard lock(mutex_);
  return removals_;
}

Lsn CommitLog::remove_tenant(TenantId tenant, const std::string& scrub_key) {
  std::unique_lock lock(mutex_);
  ++removals_;
  return append_locked(lock, [&](Group& group) {
    recent_.forget_all();
    group.remove_tenant(tenant);
    group.put(scrub_key, {});
  });
}

Lsn CommitLog::append_locked(std::unique_lock<std::mutex>& lock, const std::function<void(Group&)>& add) {
  assert(!finishing_);
  room_.wait(lock, [this] { return pending_.size() < settings_.waiting_bytes_max / 2 || board_.failed(); });
  if (!board_.failed()) {
    add(pending_);
    pending_bytes_ = pending_.size();
  }
  const Lsn lsn = ++appended_;
  const bool wake = std::exchange(idle_, false);
  lock.unlock();
  if (wake) work_.notify_one();
  return lsn;
}

void CommitLog::run() {
  Group group;
  std::unique_lock lock(mutex_);
  while (true) {
    while (pending_.empty() && !finishing_) {
      idle_ = true;
      work_.wait(lock);
    }
    idle_ = false;
    if (pending_.empty()) return;
    std::swap(group, pending_);
    pending_bytes_ = 0;
    const Lsn last = appended_;
    lock.unlock();
    room_.notify_all();
    if (!commit(group, last)) return;
    group.clear();
    lock.lock();
  }
}

bool CommitLog::commit(Group& group, Lsn last) {
  std::vector<StoreId> recounts;
  auto status = group.prepare(db_, settings_.counted_rows_max, &recounts);
  if (status.ok()) {
    rocksdb::WriteOptions options;
    options.sync = true;
    status = db_.Write(options, &group.batch());
  }
  if (!status.ok()) {
    const Error error = disk_error(status, "a commit failed; nothing is stored or acknowledged until a restart");
    log::error("store", error.text, {{"lsn", std::to_string(last)}});
    board_.fail(error.text);
    {
      std::lock_guard lock(mutex_);  // so that nobody is between looking at failed() and waiting
      pending_.clear();
    }
    room_.notify_all();
    return false;
  }
  for (StoreId& store : recounts) recount_(std::move(store));
  board_.advance(last);
  return true;
}

void CommitLog::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace teahouse::store::rocks
