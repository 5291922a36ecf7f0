// The stores as their users see them: small handles, each on one store of one tenant. Its holder reads and
// writes that store alone; handles come from the data plane, and modules get theirs for a tenant that they serve
// (ModuleContext).
//
// Thread: any, for all functions.
// Lifetime: a handle ends before its data plane.
// Errors: those of the data plane.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "store/archive_id.h"

namespace teahouse::store {

class ArchiveStore;
class DataPlane;
struct ArchiveRow;
struct Write;

constexpr size_t key_bytes_max = 4096;  // of a key, entry, owner or `with`: a full JID is at most 3,071 bytes
constexpr size_t store_name_bytes_max = 255;

// A store: its name, and whose it is. Stores of different kinds may have the same name.
struct StoreId {
  TenantId tenant = TenantId::server;
  std::string name;
};

// Companion: an archive row that is appended with another write of its tenant: after a crash there are both or neither.
// Lifetime: of the call that it is given to.
struct Companion {
  const ArchiveStore& store;
  std::string_view owner;
  const ArchiveRow& row;
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
  Lsn store(std::string_view key, std::string_view entry, std::string_view value,
            const Companion* with = nullptr) const;
  Lsn remove(std::string_view key, std::string_view entry, const Companion* with = nullptr) const;
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
// place between its neighbours: a caller that owes an error for an unknown id names it in `known_ids`.
struct ArchiveQuery {
  std::optional<std::string> with;
  std::function<bool(std::string_view bytes)> matches;  // more that a row has to be; called on the store's threads
  std::optional<int64_t> start_ms, end_ms;              // inclusive, of at_ms
  std::optional<int64_t> end_id_ms;                  // set by the store: the last time in the id of what came by end_ms
  std::optional<ArchiveId> after_id, before_id;      // exclusive; XEP-0313 extended fields
  std::vector<ArchiveId> ids;                        // only these, when not empty
  std::vector<ArchiveId> known_ids;                  // each must have a row of the owner's, or there is no page
  std::optional<ArchiveId> page_after, page_before;  // exclusive; RSM: they bound the page, not the count
  bool backwards = false;                            // the last rows of what matches rather than the first
  size_t rows_max = 50;                              // 0: only count
  size_t bytes_enough = SIZE_MAX;                    // a page ends with the row by which its rows have that many
  bool counted = true;  // false: count and first_index aren't wanted; they cost looks at many rows
};

struct ArchivePage {
  std::optional<ArchiveId> missing;  // the first of the query's known_ids without a row; all else is empty then
  std::vector<ArchiveRow> rows;      // oldest first, whatever the direction
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
  Lsn append(std::string_view owner, const ArchiveRow& row, const Companion* with = nullptr) const;
  Task<Result<ArchivePage>> page(Executor& home, std::string owner, ArchiveQuery query) const;
  Task<Result<std::optional<ArchiveRow>>> find(Executor& home, std::string owner, ArchiveId id) const;
  // Those with whom the owner has rows, each `with` once, shorter ones first and then in the order of their bytes; at
  // most so many. May name one whose rows were all removed singly.
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
  Write make_append(std::string_view owner, const ArchiveRow& row) const;
  ArchiveStore(DataPlane& plane, StoreId store) : plane_(&plane), store_(std::move(store)) {}
  DataPlane* plane_ = nullptr;
  StoreId store_;
};

}  // namespace teahouse::store
