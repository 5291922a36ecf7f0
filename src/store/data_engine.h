// Write and DataReader: what an engine of the data plane is told and asked. For those who write an engine; modules use
// the stores of data_plane.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/data_plane.h"

namespace teahouse::store {

enum class WriteKind : uint8_t {
  store_value,     // key-value: key, value
  remove_value,    // key-value: key
  store_entry,     // map: key, entry, value
  remove_entry,    // map: key, entry
  remove_entries,  // map: key
  append_row,      // archive: key (owner), id, entry (with), value (stanza), at_ms
  remove_row,      // archive: key (owner), id
  remove_rows,     // archive: key (owner)
};

// One write. Lifetime: of the call; the engine copies what it keeps.
struct Write {
  WriteKind kind;
  const StoreId& store;
  std::string_view key;
  std::string_view entry = {};
  ArchiveId id = ArchiveId::none;
  std::string_view value = {};
  int64_t at_ms = -1;  // as in ArchiveRow
};

// One tenant's rows at one moment, a handful at a time. Thread: one at a time.
class TenantRows {
 public:
  virtual ~TenantRows() = default;
  // The next rows as lines (tenant_row.h), about so many bytes; empty at the end.
  virtual Result<std::vector<std::string>> next(size_t bytes) = 0;
};

// Reads, each on the thread that calls. Lifetime: of the job that it was given to.
class DataReader {
 public:
  virtual ~DataReader() = default;
  virtual Result<std::optional<std::string>> value(const StoreId& store, std::string_view key) = 0;
  virtual Result<std::optional<std::string>> entry(const StoreId& store, std::string_view key,
                                                   std::string_view entry) = 0;
  virtual Result<std::vector<MapStore::Entry>> entries(const StoreId& store, std::string_view key, size_t bytes_enough,
                                                       std::string_view after) = 0;
  virtual Result<uint64_t> count_entries(const StoreId& store, std::string_view key) = 0;
  virtual Result<std::vector<std::string>> keys(const StoreId& store) = 0;
  virtual Result<ArchivePage> page(const StoreId& store, std::string_view owner, const ArchiveQuery& query) = 0;
  virtual Result<std::optional<ArchiveRow>> row(const StoreId& store, std::string_view owner, ArchiveId id) = 0;
  virtual Result<std::vector<std::string>> conversations(const StoreId& store, std::string_view owner,
                                                         size_t names_max) = 0;
  virtual Result<std::optional<ArchiveStore::Ends>> ends(const StoreId& store, std::string_view owner) = 0;
  virtual Result<uint64_t> count_bytes(const StoreId& store) = 0;
  virtual Result<TenantId> last_tenant() = 0;
  // May outlive the reader, not the plane.
  virtual Result<std::shared_ptr<TenantRows>> rows_of(TenantId tenant) = 0;
};

// The ids between which all matches of the query lie (both inclusive; none when first > last), without and with its
// page.
struct IdRange {
  uint64_t first = 1, last = UINT64_MAX;
  bool empty() const { return first > last; }
  bool has(uint64_t id) const { return first <= id && id <= last; }
};
IdRange matching_ids(const ArchiveQuery& query);
inline bool is_full(const ArchiveQuery& query, size_t rows, size_t bytes) {
  return rows >= query.rows_max || bytes >= query.bytes_enough;
}
// How many of so many candidates the page takes: bytes_of(0) is the size of the first in its direction.
size_t rows_of_page(const ArchiveQuery& query, size_t candidates, const std::function<size_t(size_t)>& bytes_of);
IdRange page_ids(const ArchiveQuery& query);
// Do the row's contents match, whatever its id?
// Whether is_match() looks at anything.
inline bool has_conditions(const ArchiveQuery& query) {
  return query.with || query.start_ms || query.end_ms || query.matches;
}
inline bool is_match(const ArchiveQuery& query, std::string_view with, std::string_view bytes, int64_t at_ms) {
  return (!query.with || with == *query.with) && (!query.start_ms || at_ms >= *query.start_ms) &&
         (!query.end_ms || at_ms <= *query.end_ms) && (!query.matches || query.matches(bytes));
}

// The bytes that one archive row counts in count_bytes, on every engine.
constexpr uint64_t count_row_bytes(size_t owner, size_t with, size_t bytes) { return owner + 8 + with + bytes; }

constexpr uint64_t count_max = 10'000;  // matches of a query that are counted

}  // namespace teahouse::store
