// The layout. Every key begins with its tenant's id, 8 bytes big-endian, so that a tenant is one range of keys:
// removing it is one range deletion and one compaction, exporting it one walk. Then come one byte of kind and the
// store's name, its length in one byte before it. The rest depends on the kind; a part that others follow has its
// length in two bytes before it, so that no bytes in it can be taken for the end of it:
//
//   value   key                          -> version, value
//   entry   length, key; entry           -> version, value       a map's entries lie together, in order
//   row     length, owner; id            -> version, (time,) length, with, stanza
//   pair    length, owner; length, with; span -> (empty)
//   bytes                                -> int64, merged by addition: what the store's archive rows count
//   format  (tenant 0, "layout")         -> the version of this layout
//   chore   (tenant 0, "recount"/"scrub") -> (empty): work that must be done again after a crash; see chores.cc
//
// The archive. Rows of an owner lie in the order of their ids, which is the order in which MAM pages. To page by
// `with`, an index row (owner, with, id) for each row would double the keys, and the keys are what an append costs.
// Instead a pair row says that the owner has rows with this one within a span of 4.4 minutes (the id's upper bits); a
// query walks the pair rows, and in each span the owner's rows, of which it drops those of others. People talk in
// bursts, so a conversation costs a pair row now and then instead of one a message: the log remembers which pairs it
// wrote lately (recent_pairs.h) and leaves those out. The price: an owner with a thousand rows in a span makes a query
// by `with` look at a thousand rows for each span with a match. A pair row goes away with the rows of its span by trim,
// with its owner or its tenant; removing single rows leaves it.
#include "store/rocksdb/key.h"

#include <cassert>

namespace teahouse::store::rocks {
namespace {

// Big-endian.
template <class Number>
void add_number(std::string& key, Number number) {
  std::array<char, sizeof number> bytes;
  for (size_t i = sizeof number; i-- > 0; number = static_cast<Number>(number >> 8)) {
    bytes[i] = static_cast<char>(number & 0xff);
  }
  key.append(bytes.data(), bytes.size());
}

}  // namespace

void add_part(std::string& key, std::string_view part) {
  assert(part.size() <= UINT16_MAX);
  key += static_cast<char>(part.size() >> 8);
  key += static_cast<char>(part.size() & 0xff);
  key += part;
}

void add_u64(std::string& key, uint64_t number) { add_number(key, number); }

void add_span(std::string& key, ArchiveId id) { add_number(key, span_of(static_cast<uint64_t>(id))); }

uint64_t load_u64(std::string_view bytes) {
  assert(bytes.size() >= 8);
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string tenant_prefix(TenantId tenant) {
  std::string key;
  add_u64(key, raw(tenant));
  return key;
}

std::string store_prefix(Kind kind, const StoreId& store) {
  std::string key;
  key.reserve(128);
  set_store_prefix(key, kind, store);
  return key;
}

void set_store_prefix(std::string& key, Kind kind, const StoreId& store) {
  assert(!store.name.empty() && store.name.size() <= store_name_bytes_max);
  key.clear();
  add_u64(key, raw(store.tenant));
  key += static_cast<char>(kind);
  key += static_cast<char>(store.name.size());
  key += store.name;
}

std::string part_prefix(Kind kind, const StoreId& store, std::string_view part) {
  std::string key = store_prefix(kind, store);
  add_part(key, part);
  return key;
}

std::string prefix_end(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  assert(!prefix.empty());  // no tenant has the id 2^64 - 1
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::string value_key(const StoreId& store, std::string_view key) {
  std::string result = store_prefix(Kind::value, store);
  result += key;
  return result;
}

std::string entry_key(const StoreId& store, std::string_view key, std::string_view entry) {
  std::string result = part_prefix(Kind::entry, store, key);
  result += entry;
  return result;
}

std::string row_key(const StoreId& store, std::string_view owner, ArchiveId id) {
  std::string key = part_prefix(Kind::row, store, owner);
  add_u64(key, static_cast<uint64_t>(id));
  return key;
}

std::string pair_prefix(const StoreId& store, std::string_view owner, std::string_view with) {
  std::string key = part_prefix(Kind::pair, store, owner);
  add_part(key, with);
  return key;
}

std::string pair_key(const StoreId& store, std::string_view owner, std::string_view with, ArchiveId id) {
  std::string key = pair_prefix(store, owner, with);
  add_span(key, id);
  return key;
}

std::string bytes_key(const StoreId& store) { return store_prefix(Kind::bytes, store); }

std::optional<ParsedKey> parse_key(std::string_view key) {
  if (key.size() < 10) return std::nullopt;
  const auto name = static_cast<unsigned char>(key[9]);
  if (key.size() < 10u + name) return std::nullopt;
  return ParsedKey{static_cast<TenantId>(load_u64(key)), static_cast<Kind>(key[8]), key.substr(10, name),
                   key.substr(10u + name)};
}

bool is_row_key(std::string_view key) {
  auto parsed = parse_key(key);
  return parsed && parsed->kind == Kind::row && take_part(parsed->rest) && parsed->rest.size() == sizeof(uint64_t);
}

std::optional<std::string_view> take_part(std::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const size_t size = static_cast<unsigned char>(rest[0]) << 8 | static_cast<unsigned char>(rest[1]);
  if (rest.size() < 2 + size) return std::nullopt;
  const std::string_view part = rest.substr(2, size);
  rest.remove_prefix(2 + size);
  return part;
}

void set_row_frame(std::string& frame, std::string_view with, ArchiveId id, int64_t at_ms) {
  if (at_ms < 0 || at_ms == time_ms(id)) {
    frame.assign(1, value_version);
  } else {
    frame.assign(1, timed_row_version);
    add_u64(frame, static_cast<uint64_t>(at_ms));
  }
  add_part(frame, with);
}

std::optional<std::string_view> parse_value(std::string_view framed) {
  if (framed.empty() || framed[0] != value_version) return std::nullopt;
  return framed.substr(1);
}

std::optional<ParsedRow> parse_row(std::string_view framed, uint64_t id) {
  int64_t at_ms = time_ms(static_cast<ArchiveId>(id));
  auto rest = parse_value(framed);
  if (!rest && framed.size() >= 9 && framed[0] == timed_row_version) {
    at_ms = static_cast<int64_t>(load_u64(framed.substr(1)));
    rest = framed.substr(9);
  }
  if (!rest) return std::nullopt;
  auto with = take_part(*rest);
  if (!with) return std::nullopt;
  return ParsedRow{*with, *rest, at_ms};
}

uint64_t count_row(std::string_view key, std::string_view framed) {
  auto parsed = parse_key(key);
  auto row = parse_row(framed, 0);
  if (!parsed || !row || parsed->kind != Kind::row) return 0;
  auto owner = take_part(parsed->rest);
  return owner ? count_row_bytes(owner->size(), row->with.size(), row->bytes.size()) : 0;
}

}  // namespace teahouse::store::rocks
