// Group: the writes that go to the disk together, as one WriteBatch.
//
// Thread: one at a time.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "store/rocksdb/key.h"

namespace teahouse::store::rocks {

// One write as keys and frames, made outside of the log's lock.
struct EncodedWrite {
  WriteKind kind;
  std::string key;            // of the value, entry or row; or what all that is removed begins with
  std::string frame;          // goes before `value`
  std::string_view value;     // the caller's
  std::string pair, counter;  // append_row: keys of the pair row and of the byte count
  uint64_t count = 0;         // append_row: what it counts
  std::string_view owner;     // rows: of `pair`, the prefix with the owner

  void encode(const Write& write);
  size_t size() const { return key.size() + frame.size() + value.size() + pair.size() + 32; }
};

class RecentPairs;

class Group {
 public:
  void add(const EncodedWrite& write, RecentPairs& recent);
  // Removals whose bytes must be counted, or whose keys must be found: done in prepare(), in the order of the writes.
  void remove_rows(std::string_view rows_prefix, IdRange ids);
  void remove_tenant(TenantId tenant);
  void put(const std::string& key, std::string_view value) {
    batch_.Put(key, rocksdb::Slice(value.data(), value.size()));
  }
  void remove(const std::string& key) { batch_.Delete(key); }
  void add_to_sum(const std::string& counter, int64_t by);

  // Makes the batch what must be written, reading what the removals need. `recounts` gets the stores that must be
  // counted again since a removal was too large to be counted here.
  rocksdb::Status prepare(rocksdb::DB& db, size_t counted_rows_max, std::vector<StoreId>* recounts);

  // Owners (the prefixes of their rows' keys) of whose rows some are removed, each once or more; or rows of any owner
  // are.
  const std::vector<std::string>& shrunk_owners() const { return shrunk_owners_; }
  bool shrinks_all() const { return shrinks_all_; }

  rocksdb::WriteBatch& batch() { return batch_; }
  bool empty() const { return batch_.Count() == 0 && !has_removals_; }
  size_t size() const { return batch_.GetDataSize(); }
  void clear();

 private:
  friend class Removals;
  rocksdb::WriteBatch batch_;
  std::unordered_map<std::string, int64_t> sums_;  // by counter key: what this group adds
  std::vector<std::string> shrunk_owners_;
  bool has_removals_ = false, shrinks_all_ = false;
};

}  // namespace teahouse::store::rocks
