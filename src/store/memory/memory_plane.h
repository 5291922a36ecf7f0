// MemoryPlane: a DataPlane in memory, for tests: the contract told as plainly as can be. Nothing survives it.
//
// Thread: any; it has none of its own: what it calls, it calls on the thread that wrote, read or committed.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "store/commit_board.h"
#include "store/data_engine.h"
#include "store/data_plane.h"

namespace teahouse::store {

class MemoryPlane final : public DataPlane {
 public:
  MemoryPlane();
  ~MemoryPlane() override;

  // Held: writes wait for commit(), and with them those that wait for them. Not held (as at first): each write commits
  // at once.
  void hold_commits(bool held);
  void commit();
  // The disk fails now: nothing is committed or read until it recovers.
  void fail();
  void recover();

  Lsn appended() const override;
  Lsn committed() const override { return board_.committed(); }
  bool congested() const override { return false; }
  void watch_commits(Executor& home, std::function<void(Lsn)> committed) override;
  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override;

 protected:
  Lsn write(const Write& write, const Write* with) override;
  void read(TenantId tenant, std::function<void(Result<DataReader*>)> job) override;
  void when_committed(Lsn lsn, std::function<void(Result<void>)> done) override;
  void trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) override;

 private:
  struct Data;
  Lsn change(TenantId tenant, const std::function<void(Data&)>& apply);

  CommitBoard board_;
  mutable std::mutex mutex_;
  std::atomic<bool> committing_ = false;  // one thread at a time, so that Lsns are told in order
  Lsn appended_ = Lsn::none;              // guarded by mutex_, as is what follows
  bool held_ = false;
  std::unique_ptr<Data> data_;
};

std::unique_ptr<MemoryPlane> make_memory_plane();

}  // namespace teahouse::store
