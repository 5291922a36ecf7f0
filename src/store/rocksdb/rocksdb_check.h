// check_rocksdb: reads all of a data plane and says what of it is damaged; take_out_rocksdb gives that up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "store/loss.h"
#include "store/rocksdb/rocksdb_plane.h"

namespace teahouse::store {

struct RocksdbReport {
  uint64_t tables = 0, logs = 0, bytes = 0;
  bool in_use = false;              // by a server that runs: the end of its log is not judged
  std::vector<std::string> faults;  // sentences on what is not a part of a table
  std::vector<Loss> losses;
  std::optional<std::string> house_note;  // what Bond has noted; none where it can't be read
  TenantId last_tenant = TenantId::server;
  std::string failed;  // why take_out_rocksdb did not give up all of it; empty where it did

  bool whole() const { return faults.empty() && losses.empty(); }
};

// Every table and log. Changes nothing, also while a server runs on it. Errors: it can't be read at all.
Result<RocksdbReport> check_rocksdb(const std::string& directory);

// Gives up what of the tables is damaged, and what a server has set aside: the report is of what was there, what is
// left is whole, unless `failed` says otherwise. Copies of the damaged parts are in DIRECTORY/lost. Errors: as of
// open_rocksdb; then nothing is given up.
Result<RocksdbReport> take_out_rocksdb(const std::string& directory, const RocksdbSettings& settings);

}  // namespace teahouse::store
