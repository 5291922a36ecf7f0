// A removal of rows is appended without knowing which rows there are, and what they count must be taken from the
// store's sum. So it travels in the batch as a log record (which RocksDB doesn't apply) at its place among the writes,
// and here, on the committing thread, the group is gone through once more: puts and deletes are copied, and at each
// removal the keys in its range are found: those that the database holds and no earlier write of the group removed, and
// those that the group itself put.
//
// Few keys are deleted singly: queues are emptied all the time, and reads would have to step over thousands of range
// tombstones. Many get one range deletion. Beyond counted_rows_max they aren't counted here either, since all tenants'
// commits wait meanwhile: the store is counted again in the background, and the need for that is written in the same
// batch, so that it outlives a crash. Only groups with removals take this way; the rest pay nothing for it.
#include "store/rocksdb/removals.h"

#include <algorithm>

#include "store/rocksdb/chores.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/rot_listener.h"

namespace teahouse::store::rocks {
namespace {

constexpr size_t single_deletes_max = 64;

KeyRange decode_removal(std::string_view blob) {
  const auto size = static_cast<size_t>(load_u64(blob));
  return {std::string(blob.substr(8, size)), std::string(blob.substr(8 + size))};
}

}  // namespace

std::string encode_removal(const KeyRange& range) {
  std::string blob;
  add_u64(blob, range.from.size());
  blob += range.from;
  blob += range.to;
  return blob;
}

rocksdb::Status Removals::resolve(Group& group) {
  auto status = group.batch_.Iterate(this);
  if (status.ok()) status = status_;
  if (status.ok() && stored_) status = stored_->status();
  if (!status.ok()) return status;
  group.batch_ = std::move(batch_);
  group.sums_ = std::move(sums_);
  return status;
}

rocksdb::Status Removals::PutCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) {
  const uint64_t count = count_row(key.ToStringView(), value.ToStringView());
  if (count > 0) {
    auto parsed = parse_key(key.ToStringView());
    sums_[bytes_key({parsed->tenant, std::string(parsed->store)})] += static_cast<int64_t>(count);
  }
  written_[key.ToString()] = count;
  return batch_.Put(key, value);
}

rocksdb::Status Removals::DeleteCF(uint32_t, const rocksdb::Slice& key) {
  written_.erase(key.ToString());  // a value, entry or pair: they count nothing
  return batch_.Delete(key);
}

rocksdb::Status Removals::MergeCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) {
  sums_[key.ToString()] += decode_sum(value.ToStringView());
  return rocksdb::Status::OK();
}

void Removals::LogData(const rocksdb::Slice& blob) {
  if (!status_.ok()) return;
  const KeyRange range = decode_removal(blob.ToStringView());
  if (auto parsed = parse_key(range.from)) {
    remove_range(range, *parsed);
  } else {
    remove_tenant(range);
  }
}

void Removals::remove_tenant(const KeyRange& range) {
  batch_.DeleteRange(range.from, range.to);
  written_.erase(written_.lower_bound(range.from), written_.lower_bound(range.to));
  std::erase_if(sums_, [&](const auto& sum) { return range.from <= sum.first && sum.first < range.to; });
  gone_ranges_.push_back(range);
}

void Removals::remove_range(const KeyRange& range, const ParsedKey& parsed) {
  std::vector<std::string> keys;
  int64_t count = 0;
  const bool all_found =
      visit_stored(range, parsed.kind == Kind::row ? counted_rows_max_ : single_deletes_max, &keys, &count);
  const auto begin = written_.lower_bound(range.from), end = written_.lower_bound(range.to);
  for (auto at = begin; at != end; ++at) {
    keys.push_back(at->first);
    count += static_cast<int64_t>(at->second);
  }
  written_.erase(begin, end);
  if (all_found && keys.size() <= single_deletes_max) {
    for (std::string& key : keys) {
      batch_.Delete(key);
      gone_.insert(std::move(key));
    }
  } else {
    batch_.DeleteRange(range.from, range.to);
    gone_ranges_.push_back(range);
  }
  if (count != 0) sums_[bytes_key({parsed.tenant, std::string(parsed.store)})] -= count;
  if (!all_found && parsed.kind == Kind::row) recount_later(parsed);
}

// Finds the stored keys of the range; false when there are more than keys_max.
bool Removals::visit_stored(const KeyRange& range, size_t keys_max, std::vector<std::string>* keys, int64_t* count) {
  if (!stored_) stored_.reset(db_.NewIterator(rocksdb::ReadOptions()));
  std::vector<const KeyRange*> gone_ranges;
  for (const KeyRange& gone : gone_ranges_) {
    if (gone.from < range.to && range.from < gone.to) gone_ranges.push_back(&gone);
  }
  auto is_gone = [&](std::string_view key) {
    if (gone_.contains(key) || written_.contains(key)) return true;
    return std::any_of(gone_ranges.begin(), gone_ranges.end(),
                       [&](const KeyRange* gone) { return gone->from <= key && key < gone->to; });
  };
  for (stored_->Seek(range.from); stored_->Valid(); stored_->Next()) {
    const std::string_view key = stored_->key().ToStringView();
    if (key >= range.to) break;
    if (is_gone(key)) continue;
    if (keys->size() == keys_max) return false;
    keys->emplace_back(key);
    *count += static_cast<int64_t>(count_row(key, stored_->value().ToStringView()));
  }
  status_ = stored_->status();
  if (!is_rot(status_)) return true;
  // Rows that can't be read can be removed still, and nobody else's commit must fail for them.
  status_ = rocksdb::Status::OK();
  stored_.reset();
  return false;
}

void Removals::recount_later(const ParsedKey& parsed) {
  const StoreId store{parsed.tenant, std::string(parsed.store)};
  batch_.Put(recount_chore_key(store), rocksdb::Slice());
  recounts_.push_back(store);
}

}  // namespace teahouse::store::rocks
