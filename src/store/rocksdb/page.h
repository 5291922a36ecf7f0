// PageMaker: answers an ArchiveQuery on RocksDB.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/snapshot.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/data_engine.h"

namespace teahouse::store::rocks {

// Thread: one. Used once, within one job.
class PageMaker {
 public:
  PageMaker(rocksdb::DB& db, const StoreId& store, std::string_view owner, const ArchiveQuery& query);
  Result<ArchivePage> make();

 private:
  Result<ArchivePage> make_of_ids();
  Result<void> fill(ArchivePage* page);
  Result<void> count(ArchivePage* page);

  rocksdb::DB& db_;
  const StoreId& store_;
  const std::string_view owner_;
  const ArchiveQuery& query_;
  const IdRange all_, part_;  // what matches; and of that the page's side of its cursors
  rocksdb::ManagedSnapshot snapshot_;
};

}  // namespace teahouse::store::rocks
