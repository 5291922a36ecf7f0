// Keys and values of the RocksDB plane as bytes; key.cc tells the layout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "store/data_engine.h"

namespace teahouse::store::rocks {

enum class Kind : char { format = 0, value = 1, entry = 2, row = 3, pair = 4, bytes = 5, chore = 9 };

struct KeyRange {
  std::string from, to;  // to: exclusive
};

void add_u64(std::string& key, uint64_t number);
uint64_t load_u64(std::string_view bytes);  // REQUIRES: 8 bytes at least

std::string tenant_prefix(TenantId tenant);
std::string store_prefix(Kind kind, const StoreId& store);
// The same into a string whose room is used again.
void set_store_prefix(std::string& key, Kind kind, const StoreId& store);
// `store_prefix` and a part that is followed by others: its length goes first.
std::string part_prefix(Kind kind, const StoreId& store, std::string_view part);
void add_part(std::string& key, std::string_view part);
void add_span(std::string& key, ArchiveId id);  // of a pair row's key, its last part
// The least key that is larger than all keys with this prefix.
std::string prefix_end(std::string prefix);

std::string value_key(const StoreId& store, std::string_view key);
std::string entry_key(const StoreId& store, std::string_view key, std::string_view entry);
std::string row_key(const StoreId& store, std::string_view owner, ArchiveId id);
std::string pair_prefix(const StoreId& store, std::string_view owner, std::string_view with);
std::string pair_key(const StoreId& store, std::string_view owner, std::string_view with, ArchiveId id);
std::string bytes_key(const StoreId& store);

// Spans of time in which a pair row stands for all rows of an owner with the same `with`.
constexpr unsigned span_shift = 38;  // 2^18 ms: 4.4 minutes
constexpr uint32_t span_of(uint64_t id) { return static_cast<uint32_t>(id >> span_shift); }
inline uint32_t span_of_pair(std::string_view pair) {
  return static_cast<uint32_t>(load_u64(pair.substr(pair.size() - 8)));  // the low half of the last 8 bytes
}
bool is_row_key(std::string_view key);  // exactly so long as a row's key is
inline uint64_t id_of_row(std::string_view row) { return load_u64(row.substr(row.size() - 8)); }

// A key taken apart. `rest` is what follows the store's prefix.
struct ParsedKey {
  TenantId tenant;
  Kind kind;
  std::string_view store, rest;
};
std::optional<ParsedKey> parse_key(std::string_view key);
// A length-prefixed part off the front of `rest`.
std::optional<std::string_view> take_part(std::string_view& rest);

// Values: one byte of version, then what follows it. Rows that came at another time than their ids tell have one of
// their own, with that time.
constexpr char value_version = 1, timed_row_version = 2;
// Goes before the stanza's bytes; at_ms as in ArchiveRow.
void set_row_frame(std::string& frame, std::string_view with, ArchiveId id, int64_t at_ms);
std::optional<std::string_view> parse_value(std::string_view framed);
struct ParsedRow {
  std::string_view with, bytes;
  int64_t at_ms;
};
std::optional<ParsedRow> parse_row(std::string_view framed, uint64_t id);
// The bytes that a row counts in count_bytes; 0 for a key that is no row's.
uint64_t count_row(std::string_view key, std::string_view framed);

}  // namespace teahouse::store::rocks
