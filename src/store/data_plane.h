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
// Errors: a disk that fails makes committed() stand still, and nothing is acknowledged then. What was appended is tried
// again until it is on disk; after a second of that whoever waits for it, a read of what it changes too, gets
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

namespace teahouse::store {

class DataPlane;
class DataReader;  // data_engine.h: for those who write an engine
struct Write;

constexpr size_t key_bytes_max = 4096;  // of a key, entry, owner or `with`: a full JID is at most 3,071 bytes
constexpr size_t store_name_bytes_max = 255;

// A store: its name, and whose it is. Stores of different kinds may have the same name.
struct StoreId {
  TenantId tenant = TenantId::house;
  std::string name;
};

// Key to value. Keys are any bytes.
class KeyValueStore {
 public:
  KeyValueStore() = default;
  Lsn store(std::string_view key, std::string_view value) const;
  Lsn remove(std::string_view key) const;
  Task<Result<std::optional<std::string>>> load(Executor& home, std::string key) const;

 private:
  friend class DataPlane;
  KeyValueStore(DataPlane& plane, StoreId store) : plane_(&plane), store_(std::move(store)) {}
  DataPlane* plane_ = nullptr;
  StoreId store_;
};

// Key to a set of named entries, each with a value: a roster is a map of contacts.
class MapStore {
 public:
  MapStore() = default;
  struct Entry {
    std::string name;
    std::string value;
  };
  Lsn store(std::string_view key, std::string_view entry, std::string_view value) const;
  Lsn remove(std::string_view key, std::string_view entry) const;
  Lsn remove_all(std::string_view key) const;
  // All entries, in the order of their names' bytes; or the first of them, or of those behind the name `after`, until
  // their values have that many bytes.
  Task<Result<std::vector<Entry>>> load(Executor& home, std::string key, size_t bytes_enough = SIZE_MAX,
                                        std::string after = {}) const;
  Task<Result<uint64_t>> count(Executor& home, std::string key) const;
  Task<Result<std::optional<std::string>>> load_entry(Executor& home, std::string key, std::string entry) const;
  // Every key that has an entry, in the order of their bytes.
  Task<Result<std::vector<std::string>>> keys(Executor& home) const;

 private:
  friend class DataPlane;
  MapStore(DataPlane& plane, StoreId store) : plane_(&plane), store_(std::move(store)) {}
  DataPlane* plane_ = nullptr;
  StoreId store_;
};

struct ArchiveRow {
  ArchiveId id;
  std::string with;    // bare JID of the other side (an account's archive) or the sender (a room's)
  std::string bytes;   // the stanza as XML
  int64_t at_ms = -1;  // when it came, by the wall clock of then; -1 in what is appended: at the time in the id
};

// Which rows: all conditions hold together; absent ones don't matter. Paging is by id, and an id that no row has is a
// place between its neighbours: who owes an error for an unknown id asks find() for it.
struct ArchiveQuery {
  std::optional<std::string> with;
  std::function<bool(std::string_view bytes)> matches;  // more that a row has to be; called on the store's threads
  std::optional<int64_t> start_ms, end_ms;              // inclusive, of at_ms
  std::optional<int64_t> end_id_ms;                  // set by the store: the last time in the id of what came by end_ms
  std::optional<ArchiveId> after_id, before_id;      // exclusive; XEP-0313 extended fields
  std::vector<ArchiveId> ids;                        // only these, when not empty
  std::optional<ArchiveId> page_after, page_before;  // exclusive; RSM: they bound the page, not the count
  bool backwards = false;                            // the last rows of what matches rather than the first
  size_t rows_max = 50;                              // 0: only count
  size_t bytes_enough = SIZE_MAX;                    // a page ends with the row by which its rows have that many
  bool counted = true;  // false: count and first_index aren't wanted; they cost looks at many rows
};

struct ArchivePage {
  std::vector<ArchiveRow> rows;  // oldest first, whatever the direction
  bool complete =
      false;           // nothing more of what matches lies beyond the page, in its direction (up to page_before/after)
  uint64_t count = 0;  // how many match in all; at least so many, when the count is not exact
  uint64_t first_index = 0;  // of the first row among them, when count is exact
  bool count_exact = true;   // false when there are more than 10,000, or when finding so many took too many looks
};

// Time-ordered rows of owners (an account or a room, by bare JID).
class ArchiveStore {
 public:
  ArchiveStore() = default;
  // REQUIRES: the owner has no row of this id. To put another in its place (a tombstone), remove it first.
  Lsn append(std::string_view owner, const ArchiveRow& row) const;
  Task<Result<ArchivePage>> page(Executor& home, std::string owner, ArchiveQuery query) const;
  Task<Result<std::optional<ArchiveRow>>> find(Executor& home, std::string owner, ArchiveId id) const;
  // With whom the owner has rows, each `with` once, shorter ones first and then in the order of their bytes; at most so
  // many. May name one whose rows were all removed singly.
  Task<Result<std::vector<std::string>>> conversations(Executor& home, std::string owner, size_t names_max) const;
  // First and last row of an owner; none when empty.
  struct Ends {
    struct End {
      ArchiveId id;
      int64_t at_ms;
    };
    End first, last;
  };
  Task<Result<std::optional<Ends>>> ends(Executor& home, std::string owner) const;
  Lsn remove(std::string_view owner, ArchiveId id) const;
  Lsn remove_all(std::string_view owner) const;
  // Removes every row of every owner of this store that came before this; returns how many rows and bytes went.
  struct Trimmed {
    uint64_t rows = 0, bytes = 0;
  };
  Task<Result<Trimmed>> trim(Executor& home, int64_t older_than_ms) const;

 private:
  friend class DataPlane;
  ArchiveStore(DataPlane& plane, StoreId store) : plane_(&plane), store_(std::move(store)) {}
  DataPlane* plane_ = nullptr;
  StoreId store_;
};

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
  // Much waits for the disk: who can make strangers wait should. Cheap to ask.
  virtual bool congested() const = 0;
  // Tells `home` after each group commit, with the new committed(); at most one call is in flight for each watcher, so
  // that a slow watcher gets the newest only. For the life of the plane.
  virtual void watch_commits(Executor& home, std::function<void(Lsn)> committed) = 0;
  // Waits until this Lsn is on disk.
  Task<Result<void>> wait(Executor& home, Lsn lsn);

  // The tenant as a whole (all its stores). Ends when nothing of it is left on disk, also not in dead space.
  // Errors: not_allowed for the house.
  virtual Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) = 0;
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
  // What an engine does. `write` applies one write, in the order of the Lsns that it gives. `read` calls the job once,
  // on a thread that may wait for the disk, when every write of the tenant appended until now is committed.
  // `when_committed` calls when it is.
  virtual Lsn write(const Write& write) = 0;
  virtual void read(TenantId tenant, std::function<void(Result<DataReader*>)> job) = 0;
  virtual void when_committed(Lsn lsn, std::function<void(Result<void>)> done) = 0;
  virtual void trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) = 0;

 private:
  friend class KeyValueStore;
  friend class MapStore;
  friend class ArchiveStore;
  ArrivalOrder arrivals_;
  const std::shared_ptr<DiskHealth> health_;
  template <class T>
  Task<Result<T>> ask(Executor& home, TenantId tenant, std::function<Result<T>(DataReader&)> question);
  Task<Result<ArchiveStore::Trimmed>> ask_trim(Executor& home, StoreId store, int64_t older_than_ms);
};

}  // namespace teahouse::store
