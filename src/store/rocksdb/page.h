// PageMaker: answers an ArchiveQuery on RocksDB.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/snapshot.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/data_engine.h"
#include "store/rocksdb/row_ranks.h"

namespace teahouse::store::rocks {

// Thread: one. Used once, within one job.
class PageMaker {
 public:
  PageMaker(rocksdb::DB& db, RowRanks& ranks, const StoreId& store, std::string_view owner, const ArchiveQuery& query);
  Result<ArchivePage> make();

 private:
  Result<ArchivePage> make_of_ids();
  Result<void> fill(ArchivePage* page);
  Result<void> count(ArchivePage* page);
  bool has_ranks() const;
  Result<void> count_by_ranks(ArchivePage* page);
  // Counts on from the last mark, and marks what it passes.
  rocksdb::Status extend(RowRanks::Ranks& ranks, uint64_t* count);
  rocksdb::Status find_rank(const RowRanks::Ranks& ranks, uint64_t id, uint64_t* rank);

  rocksdb::DB& db_;
  RowRanks& ranks_;
  const StoreId& store_;
  const std::string_view owner_;
  const ArchiveQuery& query_;
  const IdRange all_, part_;       // what matches; and of that the page's side of its cursors
  const std::string rows_prefix_;  // of the owner
  const uint32_t age_;             // of its ranks, before the snapshot
  rocksdb::ManagedSnapshot snapshot_;
};

}  // namespace teahouse::store::rocks
