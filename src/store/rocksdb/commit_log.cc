// Appenders copy their writes into the pending group under a mutex, and take the next Lsn there, so that Lsns are in
// the batch's order. The committer swaps that group for an empty one, writes it with one fsync and announces its last
// Lsn; meanwhile the next group gathers. A group is one atomic batch, so that what a crash leaves is a prefix of the
// Lsns.
//
// A group is taken at the end of a turn in which a loop added to it: a message that is stored for two is one commit,
// and a busy loop pays for one commit a turn at most. No loop waits for another's turn.
//
// Back-pressure: half of waiting_bytes_max may gather while the other half is being written. A thread that appends
// beyond that waits until the committer takes the group; from a sixteenth on congested() warns. The committer waits for
// no loop, so this can't lock up.
//
// A commit that fails is tried again until it succeeds, so that what modules have in memory stays what the disk will
// have, and the order is kept. Below the batch PatientFiles see to it that a log that failed is as it was before; a
// write that RocksDB itself refuses, since flushes have failed, was not begun; before the next try it is made to go on
// (flushing.cc). While that lasts the board is interrupted (rocksdb_plane.cc), and no append waits for space: what
// comes from outside is refused by then, and what moves here from a session's queue was in memory before. When the
// plane closes there is an end to the trying: what is not stored by then is never announced.
#include "store/rocksdb/commit_log.h"

#include <pthread.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/log.h"
#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {
namespace {
constexpr size_t gathered_bytes_max = 1 << 20;  // then a group is taken before the turn's end
}

// Bell: the committer waits for it.
struct CommitLog::Bell {
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
    }
    changed_.notify_one();
  }
  void ring_for_ever() {
    {
      const std::lock_guard lock(mutex_);
      for_ever_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return rung_ || for_ever_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false, for_ever_ = false;
};

// Rings at the end of this thread's turn, also of one that is never ended.
struct CommitLog::Ringing {
  explicit Ringing(std::shared_ptr<Bell> log_bell) : bell(std::move(log_bell)) { to_come = bell.get(); }
  ~Ringing() {
    to_come = nullptr;
    bell->ring();
  }
  Ringing(const Ringing&) = delete;

  static thread_local const Bell* to_come;  // this thread will ring it

  const std::shared_ptr<Bell> bell;
};
thread_local const CommitLog::Bell* CommitLog::Ringing::to_come = nullptr;

CommitLog::CommitLog(rocksdb::DB& db, Flushing& flushing, Patience& patience, CommitMark& mark, CommitBoard& board,
                     RowRanks& ranks, const RocksdbSettings& settings, std::function<void(StoreId)> recount)
    : db_(db),
      flushing_(flushing),
      patience_(patience),
      mark_(mark),
      board_(board),
      ranks_(ranks),
      waiting_bytes_max_(settings.waiting_bytes_max),
      counted_rows_max_(settings.counted_rows_max),
      recount_(std::move(recount)),
      appended_(board.committed()),
      bell_(std::make_shared<Bell>()) {
  mark_.note(db_.GetLatestSequenceNumber());
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "data-commit");
}

Lsn CommitLog::append(const Write& write, const Write* with) {
  thread_local EncodedWrite encoded;
  encoded.encode(write);
  if (with) return append_both(encoded, *with);
  std::unique_lock lock(mutex_);
  return append_locked(lock, [&](Group& group) {
    group.add(encoded, recent_);
    last_of(write.store.tenant) = next(appended_);
  });
}

Lsn CommitLog::append_both(const EncodedWrite& first, const Write& second) {
  thread_local EncodedWrite encoded;
  encoded.encode(second);
  std::unique_lock lock(mutex_);
  return append_locked(lock, [&](Group& group) {
    group.add(first, recent_);
    group.add(encoded, recent_);
    last_of(second.store.tenant) = next(appended_);
  });
}

Lsn CommitLog::append_together(const std::function<void(Group&)>& add) {
  std::unique_lock lock(mutex_);
  return append_locked(lock, add);
}

Lsn CommitLog::append_resuming() {
  return append_together([this](Group& group) {
    resumes_ = true;
    group.remove(store_prefix(Kind::chore, {TenantId::server, "nothing"}));
  });
}

Lsn CommitLog::append_unless_removed(uint64_t removals, const std::function<void(Group&)>& add) {
  std::unique_lock lock(mutex_);
  return removals == removals_ ? append_locked(lock, add) : Lsn::none;
}

Lsn CommitLog::appended_for(TenantId tenant) const {
  std::lock_guard lock(mutex_);
  return last_of(tenant);
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
    last_of(tenant) = next(appended_);
  });
}

Lsn CommitLog::append_locked(std::unique_lock<std::mutex>& lock, const std::function<void(Group&)>& add) {
  assert(!finishing_);
  space_.wait(lock, [this] { return pending_.size() < waiting_bytes_max_ / 2 || board_.is_interrupted(); });
  add(pending_);
  pending_bytes_ = pending_.size();
  const Lsn lsn = next(appended_);
  appended_ = lsn;
  const bool much = pending_.size() > std::min(gathered_bytes_max, waiting_bytes_max_ / 4);
  lock.unlock();
  if (much) {
    bell_->ring();
  } else if (Ringing::to_come != bell_.get()) {
    Executor::at_end_of_this_turn([ringing = std::make_shared<Ringing>(bell_)]() mutable { ringing.reset(); });
  }
  return lsn;
}

void CommitLog::run() {
  Group group;
  while (true) {
    bell_->wait();
    std::unique_lock lock(mutex_);
    if (pending_.empty()) {
      if (finishing_) return;
      continue;
    }
    std::swap(group, pending_);
    pending_bytes_ = 0;
    const Lsn last = appended_;
    const bool resumes = std::exchange(resumes_, false);
    lock.unlock();
    space_.notify_all();
    if (resumes) flushing_.resume();
    commit(group, last);
    group.clear();
  }
}

void CommitLog::commit(Group& group, Lsn last) {
  if (has_given_up_) return;
  std::vector<StoreId> recounts;
  if (const auto written = write(group, &recounts); !written.ok()) return give_up();
  mark_.note(db_.GetLatestSequenceNumber());
  for (const std::string& owner : group.shrunk_owners()) ranks_.forget(owner);
  if (group.shrinks_all()) ranks_.forget_all();
  for (StoreId& store : recounts) recount_(std::move(store));
  board_.advance(last);
}

rocksdb::Status CommitLog::write(Group& group, std::vector<StoreId>* recounts) {
  bool prepared = false, failed = false;
  return patience_.insist([&] {
    if (std::exchange(failed, true)) flushing_.resume();
    if (!prepared) {
      const auto done = group.prepare(db_, counted_rows_max_, recounts);
      if (!done.ok()) return done;
      prepared = true;
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    return db_.Write(options, &group.batch());
  });
}

// Nothing that comes later may be stored without it.
void CommitLog::give_up() {
  has_given_up_ = true;
  board_.interrupt(DiskHealth::failing());
  on_interrupted();
}

void CommitLog::on_interrupted() {
  { const std::lock_guard lock(mutex_); }  // so that nobody is between looking at the board and waiting
  space_.notify_all();
}

void CommitLog::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  bell_->ring_for_ever();
  if (thread_.joinable()) thread_.join();
}

}  // namespace teahouse::store::rocks
