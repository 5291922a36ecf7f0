// MemoryRows: all tenants' rows as maps of maps; a value, so that a copy is what a disk had at one moment.
//
// Thread: one at a time.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "store/data_engine.h"

namespace teahouse::store {

class MemoryRows {
 public:
  void apply(const Write& write);
  void remove(TenantId tenant) { tenants_.erase(tenant); }
  ArchiveStore::Trimmed trim(const StoreId& store, int64_t older_than_ms);
  // Lifetime: these rows outlive it.
  std::unique_ptr<DataReader> make_reader();

 private:
  class Reader;
  class Lines;
  using Values = std::map<std::string, std::string, std::less<>>;
  using Rows = std::map<ArchiveId, ArchiveRow>;
  struct TenantData {
    std::map<std::string, Values> values;
    std::map<std::string, std::map<std::string, Values, std::less<>>> maps;
    std::map<std::string, std::map<std::string, Rows, std::less<>>> archives;
  };
  static ArchivePage make_page(const Rows& rows, const ArchiveQuery& query);
  void apply_to_map(const Write& write);
  void apply_to_archive(const Write& write);

  std::map<TenantId, TenantData> tenants_;
};

}  // namespace teahouse::store
