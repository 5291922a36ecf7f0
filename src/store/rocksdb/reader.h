// Reader: a DataReader on a RocksDB database.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/data_engine.h"
#include "store/rocksdb/key.h"
#include "store/rocksdb/row_ranks.h"

namespace teahouse::store::rocks {

// Thread: any.
class Reader final : public DataReader {
 public:
  Reader(rocksdb::DB& db, RowRanks& ranks) : db_(db), ranks_(ranks) {}

  Result<std::optional<std::string>> value(const StoreId& store, std::string_view key) override;
  Result<std::optional<std::string>> entry(const StoreId& store, std::string_view key, std::string_view entry) override;
  Result<std::vector<MapStore::Entry>> entries(const StoreId& store, std::string_view key, size_t bytes_enough,
                                               std::string_view after) override;
  Result<uint64_t> count_entries(const StoreId& store, std::string_view key) override;
  Result<std::vector<std::string>> keys(const StoreId& store) override;
  Result<ArchivePage> page(const StoreId& store, std::string_view owner, const ArchiveQuery& query) override;
  Result<std::optional<ArchiveRow>> row(const StoreId& store, std::string_view owner, ArchiveId id) override;
  Result<std::vector<std::string>> conversations(const StoreId& store, std::string_view owner,
                                                 size_t names_max) override;
  Result<std::optional<ArchiveStore::Ends>> ends(const StoreId& store, std::string_view owner) override;
  Result<uint64_t> count_bytes(const StoreId& store) override;
  Result<TenantId> last_tenant() override;
  Result<std::shared_ptr<TenantRows>> rows_of(TenantId tenant) override;

 private:
  Result<std::optional<std::string>> load(const std::string& key);
  TenantId last_tenant_of_tables();

  rocksdb::DB& db_;
  RowRanks& ranks_;
};

}  // namespace teahouse::store::rocks
