#include "store/rocksdb/reader.h"

#include <algorithm>

#include "store/rocksdb/options.h"
#include "store/rocksdb/page.h"
#include "store/tenant_row.h"

namespace teahouse::store::rocks {
namespace {

Error damaged(std::string_view what) {
  return {ErrorKind::internal_server_error, "data plane: " + std::string(what) + " of a later version, or damaged"};
}

// All keys with one prefix, in order.
class PrefixWalk {
 public:
  PrefixWalk(rocksdb::DB& db, std::string prefix, bool fill_cache = true)
      : prefix_(std::move(prefix)), end_(prefix_end(prefix_)), end_slice_(end_) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &end_slice_;
    options.fill_cache = fill_cache;
    at_.reset(db.NewIterator(options));
    at_->Seek(prefix_);
  }
  rocksdb::Iterator* operator->() { return at_.get(); }
  std::string_view key() const { return at_->key().ToStringView(); }
  std::string_view rest() const { return key().substr(prefix_.size()); }
  const std::string& prefix() const { return prefix_; }

 private:
  const std::string prefix_, end_;
  const rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> at_;
};

class Rows final : public TenantRows {
 public:
  Rows(rocksdb::DB& db, TenantId tenant) : walk_(db, tenant_prefix(tenant), false) {}

  Result<std::vector<std::string>> next(size_t bytes) override {
    std::vector<std::string> lines;
    for (size_t size = 0; walk_->Valid() && size < bytes; walk_->Next()) {
      auto key = parse_key(walk_.key());
      if (!key) return damaged("a key");
      if (key->kind != Kind::value && key->kind != Kind::entry && key->kind != Kind::row) continue;
      auto line = make_line(*key);
      if (!line) return line.error();
      size += line->size();
      lines.push_back(std::move(*line));
    }
    if (!walk_->status().ok()) return disk_error(walk_->status(), "exporting a tenant");
    return lines;
  }

 private:
  Result<std::string> make_line(ParsedKey key) {
    TenantRow row;
    row.store = key.store;
    if (key.kind == Kind::value) {
      row.key = key.rest;
    } else {
      auto part = take_part(key.rest);
      if (!part) return damaged("a key");
      row.key = *part;
    }
    if (key.kind == Kind::row) {
      if (key.rest.size() != 8) return damaged("an archive row");
      const uint64_t id = load_u64(key.rest);
      auto parsed = parse_row(walk_->value().ToStringView(), id);
      if (!parsed) return damaged("an archive row");
      row.kind = WriteKind::append_row;
      row.id = static_cast<ArchiveId>(id);
      row.at_ms = parsed->at_ms;
      row.entry = parsed->with;
      row.value = parsed->bytes;
      return to_line(row);
    }
    auto value = parse_value(walk_->value().ToStringView());
    if (!value) return damaged("a value");
    if (key.kind == Kind::entry) {
      row.kind = WriteKind::store_entry;
      row.entry = key.rest;
    }
    row.value = *value;
    return to_line(row);
  }

  PrefixWalk walk_;
};

}  // namespace

Result<std::optional<std::string>> Reader::load(const std::string& key) {
  std::string framed;
  auto status = db_.Get(rocksdb::ReadOptions(), key, &framed);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return disk_error(status, "reading a value");
  auto value = parse_value(framed);
  if (!value) return damaged("a value");
  return std::optional(std::string(*value));
}

Result<std::optional<std::string>> Reader::value(const StoreId& store, std::string_view key) {
  return load(value_key(store, key));
}

Result<std::optional<std::string>> Reader::entry(const StoreId& store, std::string_view key, std::string_view entry) {
  return load(entry_key(store, key, entry));
}

Result<std::vector<MapStore::Entry>> Reader::entries(const StoreId& store, std::string_view key, size_t bytes_enough,
                                                     std::string_view after) {
  std::vector<MapStore::Entry> entries;
  PrefixWalk walk(db_, part_prefix(Kind::entry, store, key));
  if (!after.empty()) walk->Seek(walk.prefix() + std::string(after) + '\0');  // the least name behind it
  for (size_t bytes = 0; walk->Valid() && bytes < bytes_enough; walk->Next()) {
    auto value = parse_value(walk->value().ToStringView());
    if (!value) return damaged("an entry");
    bytes += value->size();
    entries.push_back({std::string(walk.rest()), std::string(*value)});
  }
  if (!walk->status().ok()) return disk_error(walk->status(), "reading entries");
  return entries;
}

Result<uint64_t> Reader::count_entries(const StoreId& store, std::string_view key) {
  uint64_t count = 0;
  PrefixWalk walk(db_, part_prefix(Kind::entry, store, key));
  for (; walk->Valid(); walk->Next()) ++count;
  if (!walk->status().ok()) return disk_error(walk->status(), "counting entries");
  return count;
}

Result<std::vector<std::string>> Reader::keys(const StoreId& store) {
  std::vector<std::string> keys;
  PrefixWalk walk(db_, store_prefix(Kind::entry, store));
  while (walk->Valid()) {
    std::string_view rest = walk.rest();
    auto key = take_part(rest);
    if (!key) return damaged("a key");
    keys.emplace_back(*key);
    walk->Seek(prefix_end(part_prefix(Kind::entry, store, keys.back())));
  }
  if (!walk->status().ok()) return disk_error(walk->status(), "reading keys");
  std::sort(keys.begin(), keys.end());  // they lie by length
  return keys;
}

Result<ArchivePage> Reader::page(const StoreId& store, std::string_view owner, const ArchiveQuery& query) {
  return PageMaker(db_, ranks_, store, owner, query).make();
}

Result<std::optional<ArchiveRow>> Reader::row(const StoreId& store, std::string_view owner, ArchiveId id) {
  std::string framed;
  auto status = db_.Get(rocksdb::ReadOptions(), row_key(store, owner, id), &framed);
  if (status.IsNotFound()) return std::optional<ArchiveRow>();
  if (!status.ok()) return disk_error(status, "reading an archive row");
  auto row = parse_row(framed, static_cast<uint64_t>(id));
  if (!row) return damaged("an archive row");
  return std::optional(ArchiveRow{id, std::string(row->with), std::string(row->bytes), row->at_ms});
}

// Pair rows lie by `with`: one seek for each.
Result<std::vector<std::string>> Reader::conversations(const StoreId& store, std::string_view owner, size_t names_max) {
  std::vector<std::string> names;
  PrefixWalk walk(db_, part_prefix(Kind::pair, store, owner));
  while (walk->Valid() && names.size() < names_max) {
    std::string_view rest = walk.rest();
    auto with = take_part(rest);
    if (!with) return damaged("a key");
    names.emplace_back(*with);
    walk->Seek(prefix_end(pair_prefix(store, owner, names.back())));
  }
  if (!walk->status().ok()) return disk_error(walk->status(), "reading conversations");
  return names;
}

Result<std::optional<ArchiveStore::Ends>> Reader::ends(const StoreId& store, std::string_view owner) {
  PrefixWalk walk(db_, part_prefix(Kind::row, store, owner));
  if (!walk->Valid()) {
    if (!walk->status().ok()) return disk_error(walk->status(), "reading an archive");
    return std::optional<ArchiveStore::Ends>();
  }
  ArchiveStore::Ends ends;
  for (ArchiveStore::Ends::End* end : {&ends.first, &ends.last}) {
    if (end == &ends.last) walk->SeekToLast();  // of what lies below the upper bound
    if (!walk->Valid()) return disk_error(walk->status(), "reading an archive");
    const uint64_t id = id_of_row(walk.key());
    const auto row = parse_row(walk->value().ToStringView(), id);
    if (!row) return damaged("an archive row");
    *end = {static_cast<ArchiveId>(id), row->at_ms};
  }
  return std::optional(ends);
}

Result<uint64_t> Reader::count_bytes(const StoreId& store) {
  std::string sum;
  auto status = db_.Get(rocksdb::ReadOptions(), bytes_key(store), &sum);
  if (!status.ok() && !status.IsNotFound()) return disk_error(status, "reading a count");
  return static_cast<uint64_t>(std::max<int64_t>(0, decode_sum(sum)));
}

Result<TenantId> Reader::last_tenant() {
  const std::unique_ptr<rocksdb::Iterator> at(db_.NewIterator(rocksdb::ReadOptions()));
  at->SeekToLast();
  if (at->status().IsCorruption()) return last_tenant_of_tables();
  if (!at->status().ok()) return disk_error(at->status(), "looking for the last tenant");
  if (!at->Valid() || at->key().size() < sizeof(uint64_t)) return TenantId::server;
  return static_cast<TenantId>(load_u64(at->key().ToStringView()));
}

// A tenant that is removed may be among them. A start must not fail for the last tenant's damage.
TenantId Reader::last_tenant_of_tables() {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_.GetLiveFilesMetaData(&tables);
  uint64_t last = 0;
  for (const auto& table : tables) {
    if (table.largestkey.size() >= sizeof last) last = std::max(last, load_u64(table.largestkey));
  }
  return static_cast<TenantId>(last);
}

Result<std::shared_ptr<TenantRows>> Reader::rows_of(TenantId tenant) {
  return std::shared_ptr<TenantRows>(std::make_shared<Rows>(db_, tenant));
}

}  // namespace teahouse::store::rocks
