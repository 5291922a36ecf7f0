// DataPlane: what is ordered by time and owner and written heavily: archives, offline queues, rosters, room state.
//
// One commit log for all tenants. A write joins the next group commit and returns at once with its Lsn; it is on disk
// (fsync) when committed() has reached it. Commits are in Lsn order, so after a crash a prefix of the writes is there.
// A read sees every write of its tenant that was appended before the read was asked for, and waits for those only:
// what others have written keeps nobody from reading.
//
// Thread: any, for all functions.
// Lifetime: ends before the executors that it was given (their threads may have stopped) and after its handles; its
// destructor commits what was appended, unless the disk refuses it for some seconds, and ends what was asked; it calls
// no watcher any more.
// Limits: when more bytes wait for their commit than the engine's bound (RocksDB: 64 MiB), a writer blocks until they
// are fewer; congested() says so from a sixteenth of that, so that streams stop reading their sockets long before.
// Errors: a disk that fails makes committed() stand still, and nothing is acknowledged then. Appended writes are tried
// again until they are on disk; after a second of that those that wait for one, reads of what it changes too, get
// storage_failing or storage_full (DiskHealth), and writers block no more. So what comes from outside asks health()
// before. A read that fails for another reason gets internal_server_error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "store/arrival_order.h"
#include "store/disk_health.h"
#include "store/stores.h"

namespace teahouse::store {

class DataReader;  // data_engine.h: for those who write an engine
struct Write;

class DataPlane {
 public:
  explicit DataPlane(std::shared_ptr<DiskHealth> health = std::make_shared<DiskHealth>())
      : arrivals_(*this), health_(std::move(health)) {}
  virtual ~DataPlane() = default;
  DataPlane(const DataPlane&) = delete;

  // Stores by name, scoped to a tenant. `name` is a short word of ours ("roster").
  KeyValueStore key_value(TenantId tenant, std::string_view name);
  MapStore map(TenantId tenant, std::string_view name);
  ArchiveStore archive(TenantId tenant, std::string_view name);

  ArrivalOrder& arrivals() { return arrivals_; }
  DiskHealth& health() const { return *health_; }
  virtual Lsn appended() const = 0;
  virtual Lsn committed() const = 0;
  // Much waits for the disk: callers that can make strangers wait should. Cheap to ask.
  virtual bool congested() const = 0;
  // Tells `home` after each group commit, with the new committed(); at most one call is in flight for each watcher, so
  // that a slow watcher gets the newest only. For the life of the plane.
  virtual void watch_commits(Executor& home, std::function<void(Lsn)> committed) = 0;
  // Waits until this Lsn is on disk.
  Task<Result<void>> wait(Executor& home, Lsn lsn);

  // The tenant as a whole (all its stores). Ends when that is committed: nothing of it is ever read again. Its dead
  // bytes in files are taken off the disk afterwards, slowly, and also after a crash.
  // Errors: not_allowed for the house.
  virtual Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) = 0;
  // Begins anew what failed of the work that goes on by itself. Thread: any.
  virtual void retry_chores() {}
  // The tenant of the highest id that has anything here; the house where there is none.
  Task<Result<TenantId>> last_tenant(Executor& home);
  // Bytes that the rows of the tenant's archive `name` hold (owner, id, with and stanza of each), as counted when they
  // were written and removed. After a removal of very many rows at once it may be too high until they are counted
  // again.
  Task<Result<uint64_t>> count_bytes(Executor& home, TenantId tenant, std::string name);
  // Every row of the tenant, as it was at one moment, as opaque lines (without line ends) that import_tenant takes, on
  // any engine and for any tenant. The sink runs on `home`.
  Task<Result<void>> export_tenant(Executor& home, TenantId tenant, std::function<void(std::string)> sink);
  // Replaces rows that are there already. Errors: bad_request for a line that is none, and then nothing is written.
  Task<Result<void>> import_tenant(Executor& home, TenantId tenant, std::vector<std::string> rows);

 protected:
  // The engine's part. `write` applies one write, in the order of the Lsns that it gives; with it another of its
  // tenant, unless that is null, and after a crash there are both or neither. `read` calls the job once, on a thread
  // that may wait for the disk, when every write of the tenant appended until now is committed. `when_committed` calls
  // when it is.
  virtual Lsn write(const Write& write, const Write* with) = 0;
  virtual void read(TenantId tenant, std::function<void(Result<DataReader*>)> job) = 0;
  virtual void when_committed(Lsn lsn, std::function<void(Result<void>)> done) = 0;
  virtual void trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) = 0;

 private:
  friend class KeyValueStore;
  friend class MapStore;
  friend class ArchiveStore;
  Lsn write_with(const Write& first, const Companion* with);

  ArrivalOrder arrivals_;
  const std::shared_ptr<DiskHealth> health_;
  template <class T>
  Task<Result<T>> ask(Executor& home, TenantId tenant, std::function<Result<T>(DataReader&)> question);
  Task<Result<ArchiveStore::Trimmed>> ask_trim(Executor& home, StoreId store, int64_t older_than_ms);
};

}  // namespace teahouse::store
