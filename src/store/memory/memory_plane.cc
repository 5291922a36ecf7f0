// A write is in the rows at once; holding commits back holds back its Lsn, and with that every read of its tenant that
// was asked for after it.
#include "store/memory/memory_plane.h"

#include <map>

#include "store/memory/memory_rows.h"

namespace teahouse::store {

struct MemoryPlane::Data {
  MemoryRows rows;
  std::map<TenantId, Lsn> last_of;
};

MemoryPlane::MemoryPlane() : data_(std::make_unique<Data>()) {}
MemoryPlane::~MemoryPlane() {
  board_.forget_watchers();
  commit();
}

std::unique_ptr<MemoryPlane> make_memory_plane() { return std::make_unique<MemoryPlane>(); }

void MemoryPlane::hold_commits(bool held) {
  {
    std::lock_guard lock(mutex_);
    held_ = held;
  }
  if (!held) commit();
}

// A thread that writes while another commits, also from inside a call-back, leaves its commit to that one, which looks
// again.
void MemoryPlane::commit() {
  bool again = true;
  while (again && !board_.is_interrupted() && !committing_.exchange(true)) {
    const Lsn lsn = appended();
    if (lsn > board_.committed()) board_.advance(lsn);
    committing_ = false;
    std::lock_guard lock(mutex_);
    again = !held_ && appended_ > board_.committed();
  }
}

void MemoryPlane::fail() {
  health().raise(DiskHealth::data_waits);
  board_.interrupt(DiskHealth::failing());
}

void MemoryPlane::recover() {
  board_.resume();
  health().clear(DiskHealth::data_waits);
  commit();
}

Lsn MemoryPlane::appended() const {
  std::lock_guard lock(mutex_);
  return appended_;
}

void MemoryPlane::watch_commits(Executor& home, std::function<void(Lsn)> committed) {
  board_.watch(home, std::move(committed));
}

void MemoryPlane::when_committed(Lsn lsn, std::function<void(Result<void>)> done) { board_.when(lsn, std::move(done)); }

Lsn MemoryPlane::change(TenantId tenant, const std::function<void(Data&)>& apply) {
  Lsn lsn;
  bool held;
  {
    std::lock_guard lock(mutex_);
    apply(*data_);
    lsn = appended_ = next(appended_);
    data_->last_of[tenant] = lsn;
    held = held_;
  }
  if (!held) commit();
  return lsn;
}

Lsn MemoryPlane::write(const Write& write, const Write* with) {
  return change(write.store.tenant, [&](Data& data) {
    data.rows.apply(write);
    if (with) data.rows.apply(*with);
  });
}

void MemoryPlane::read(TenantId tenant, std::function<void(Result<DataReader*>)> job) {
  Lsn appended;
  {
    std::lock_guard lock(mutex_);
    appended = data_->last_of[tenant];
  }
  board_.when(appended, [this, job = std::move(job)](Result<void> committed) {
    if (board_.is_interrupted()) return job(DiskHealth::failing());
    if (!committed) return job(committed.error());
    const std::lock_guard lock(mutex_);
    job(data_->rows.make_reader().get());
  });
}

Task<Result<void>> MemoryPlane::remove_tenant(Executor& home, TenantId tenant) {
  if (tenant == TenantId::server) {
    co_return Error{ErrorKind::not_allowed, "data plane: tenant 0 is the house, which can't be removed"};
  }
  std::function<void(Data&)> erase = [tenant](Data& data) { data.rows.remove(tenant); };
  const Lsn lsn = change(tenant, erase);
  co_return co_await wait(home, lsn);
}

void MemoryPlane::trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) {
  ArchiveStore::Trimmed trimmed;
  const Lsn lsn = change(store.tenant, [&](Data& data) { trimmed = data.rows.trim(store, older_than_ms); });
  board_.when(lsn, [done = std::move(done), trimmed](Result<void> committed) {
    if (!committed) return done(committed.error());
    done(trimmed);
  });
}

}  // namespace teahouse::store
