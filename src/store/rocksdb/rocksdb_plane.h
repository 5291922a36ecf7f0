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
  bool may_be_made = true;              // false: where there is no data plane, none is made
  bool accept_loss = false;             // opens also what is damaged, with what is whole of it
};

// Makes the directory if there is none. What a crash has left of a write that nobody was told of is dropped, with a
// line in the log. Errors: another process has it open, the disk, or a format of a later Teahouse; and whatever else is
// missing of what was committed: a damaged, emptied or deleted log or table, one of yesterday. Then nothing is changed,
// and the text says how much is lost. With accept_loss damaged logs are kept beside the directory, and the log says
// what is lost.
Result<std::unique_ptr<DataPlane>> open_rocksdb(const std::string& directory, RocksdbSettings settings = {});

// Whether there is a data plane in this directory, whole or not.
bool has_rocksdb(const std::string& directory);

// Every key of every tenant with its value, in order, once all writes until now are committed: for tests and for
// looking into a plane. Blocks. REQUIRES: the plane comes from open_rocksdb.
Result<void> for_each_key(DataPlane& plane,
                          const std::function<void(std::string_view key, std::string_view value)>& visit);

}  // namespace teahouse::store
