#include "store/rocksdb/group.h"

#include <cassert>

#include "store/rocksdb/options.h"
#include "store/rocksdb/recent_pairs.h"
#include "store/rocksdb/removals.h"

namespace teahouse::store::rocks {

void EncodedWrite::encode(const Write& write) {
  assert(write.key.size() <= key_bytes_max && write.entry.size() <= key_bytes_max);
  kind = write.kind;
  value = write.value;
  frame.assign(1, value_version);
  switch (write.kind) {
    case WriteKind::store_value:
    case WriteKind::remove_value: key = value_key(write.store, write.key); break;
    case WriteKind::store_entry:
    case WriteKind::remove_entry: key = entry_key(write.store, write.key, write.entry); break;
    case WriteKind::remove_entries: key = part_prefix(Kind::entry, write.store, write.key); break;
    case WriteKind::remove_row: key = row_key(write.store, write.key, write.id); break;
    case WriteKind::remove_rows:
      key = part_prefix(Kind::row, write.store, write.key);
      pair = part_prefix(Kind::pair, write.store, write.key);
      owner = pair;
      break;
    case WriteKind::append_row:  // the way of each message: into the room that these strings have
      set_store_prefix(key, Kind::row, write.store);
      add_part(key, write.key);
      add_u64(key, static_cast<uint64_t>(write.id));
      set_row_frame(frame, write.entry, write.id, write.at_ms);
      set_store_prefix(pair, Kind::pair, write.store);
      add_part(pair, write.key);
      {
        const size_t owner_size = pair.size();
        add_part(pair, write.entry);
        add_span(pair, write.id);
        owner = std::string_view(pair).substr(0, owner_size);
      }
      set_store_prefix(counter, Kind::bytes, write.store);
      count = count_row_bytes(write.key.size(), write.entry.size(), write.value.size());
      break;
  }
}

void Group::add(const EncodedWrite& write, RecentPairs& recent) {
  switch (write.kind) {
    case WriteKind::append_row:
      sums_[write.counter] += static_cast<int64_t>(write.count);
      if (recent.add(write.pair, write.owner)) batch_.Put(write.pair, rocksdb::Slice());
      [[fallthrough]];
    case WriteKind::store_value:
    case WriteKind::store_entry: {
      const rocksdb::Slice key(write.key);
      const rocksdb::Slice value[2] = {write.frame, {write.value.data(), write.value.size()}};
      batch_.Put(rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
      return;
    }
    case WriteKind::remove_value:
    case WriteKind::remove_entry: batch_.Delete(write.key); return;
    case WriteKind::remove_row:
      remove_rows(std::string_view(write.key).substr(0, write.key.size() - 8),
                  {id_of_row(write.key), id_of_row(write.key)});
      return;
    case WriteKind::remove_rows:
      recent.forget_owner(write.owner);
      remove_rows(write.key, {0, UINT64_MAX});
      batch_.PutLogData(encode_removal({std::string(write.owner), prefix_end(std::string(write.owner))}));
      return;
    case WriteKind::remove_entries:
      batch_.PutLogData(encode_removal({write.key, prefix_end(write.key)}));
      has_removals_ = true;
      return;
  }
}

void Group::remove_rows(std::string_view rows_prefix, IdRange ids) {
  KeyRange range{std::string(rows_prefix), {}};
  add_u64(range.from, ids.first);
  if (ids.last == UINT64_MAX) {
    range.to = prefix_end(std::string(rows_prefix));
  } else {
    range.to = rows_prefix;
    add_u64(range.to, ids.last + 1);
  }
  batch_.PutLogData(encode_removal(range));
  shrunk_owners_.emplace_back(rows_prefix);
  has_removals_ = true;
}

void Group::remove_tenant(TenantId tenant) {
  const std::string prefix = tenant_prefix(tenant);
  batch_.PutLogData(encode_removal({prefix, prefix_end(prefix)}));
  has_removals_ = shrinks_all_ = true;
}

void Group::add_to_sum(const std::string& counter, int64_t by) { batch_.Merge(counter, encode_sum(by)); }

rocksdb::Status Group::prepare(rocksdb::DB& db, size_t counted_rows_max, std::vector<StoreId>* recounts) {
  if (has_removals_) {
    Removals removals(db, counted_rows_max);
    auto status = removals.resolve(*this);
    if (!status.ok()) return status;
    *recounts = removals.recounts();
  }
  for (const auto& [counter, by] : sums_) {
    if (by != 0) batch_.Merge(counter, encode_sum(by));
  }
  return rocksdb::Status::OK();
}

void Group::clear() {
  constexpr size_t kept_bytes = 4 << 20;
  if (batch_.GetDataSize() > kept_bytes) {
    batch_ = rocksdb::WriteBatch();
  } else {
    batch_.Clear();
  }
  sums_.clear();
  shrunk_owners_.clear();
  has_removals_ = shrinks_all_ = false;
}

}  // namespace teahouse::store::rocks
