// FencedDb: the database as readers see it: what needs a key that a Damage may have held is Corruption, never an answer
// without it.
#pragma once

#include <rocksdb/utilities/stackable_db.h>

#include <functional>
#include <memory>
#include <string>

#include "store/rocksdb/damage.h"

namespace teahouse::store::rocks {

// Thread: any. Gets and iterators only; all else goes to the database as it is.
class FencedDb final : public rocksdb::StackableDB {
 public:
  // `met` is called for each Corruption that RocksDB itself reads.
  using Met = std::function<void(const rocksdb::Status&)>;
  FencedDb(std::shared_ptr<rocksdb::DB> db, const Damages& damages, Met met)
      : StackableDB(std::move(db)), damages_(damages), met_(std::move(met)) {}

  using StackableDB::Get;
  rocksdb::Status Get(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family,
                      const rocksdb::Slice& key, rocksdb::PinnableSlice* value) override;
  using StackableDB::NewIterator;
  rocksdb::Iterator* NewIterator(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family) override;

 private:
  const Damages& damages_;
  const Met met_;
};

}  // namespace teahouse::store::rocks
