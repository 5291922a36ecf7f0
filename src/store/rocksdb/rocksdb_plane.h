// open_rocksdb: the DataPlane on RocksDB, in one directory of this machine.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/data_plane.h"

namespace teahouse::store {

struct RocksdbSettings {
  size_t waiting_bytes_max = 64 << 20;  // appended, and not yet handed to the disk or on their way to it
  size_t counted_rows_max = 1024;       // a removal of more rows at once is counted after its commit, in the background
};

// Makes the directory if there is none. Errors: another process has it open, the disk, or a format of a later Teahouse.
Result<std::unique_ptr<DataPlane>> open_rocksdb(const std::string& directory, RocksdbSettings settings = {});

// Every key of every tenant with its value, in order, once all writes until now are committed: for tests and for
// looking into a plane. Blocks. REQUIRES: the plane comes from open_rocksdb.
Result<void> for_each_key(DataPlane& plane,
                          const std::function<void(std::string_view key, std::string_view value)>& visit);

}  // namespace teahouse::store
