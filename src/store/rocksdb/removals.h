// Removals: turns a group with removals of ranges in it into plain puts and deletes, and counts what they remove.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/rocksdb/group.h"

namespace teahouse::store::rocks {

std::string encode_removal(const KeyRange& range);

// Used once. Thread: the committer's, which alone changes the database.
class Removals final : private rocksdb::WriteBatch::Handler {
 public:
  Removals(rocksdb::DB& db, size_t counted_rows_max) : db_(db), counted_rows_max_(counted_rows_max) {}

  // Replaces the group's batch and sums.
  rocksdb::Status resolve(Group& group);
  const std::vector<StoreId>& recounts() const { return recounts_; }

 private:
  rocksdb::Status PutCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override;
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice& key) override;
  rocksdb::Status MergeCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override;
  void LogData(const rocksdb::Slice& blob) override;

  void remove_tenant(const KeyRange& range);
  void remove_range(const KeyRange& range, const ParsedKey& parsed);
  bool visit_stored(const KeyRange& range, size_t keys_max, std::vector<std::string>* keys, int64_t* count);
  void recount_later(const ParsedKey& parsed);

  rocksdb::DB& db_;
  const size_t counted_rows_max_;
  std::unique_ptr<rocksdb::Iterator> stored_;  // as it was before this group
  rocksdb::WriteBatch batch_;
  std::unordered_map<std::string, int64_t> sums_;
  std::map<std::string, uint64_t, std::less<>>
      written_;                              // keys that this group put and that are there still, with their count
  std::set<std::string, std::less<>> gone_;  // stored keys that this group removed,
  std::vector<KeyRange> gone_ranges_;        // singly and by range
  std::vector<StoreId> recounts_;
  rocksdb::Status status_;
};

}  // namespace teahouse::store::rocks
