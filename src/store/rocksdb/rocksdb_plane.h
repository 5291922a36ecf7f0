// open_rocksdb: the DataPlane on RocksDB, in one directory of this machine.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/data_plane.h"
#include "store/loss.h"
#include "store/questions.h"

namespace rocksdb {
class FileSystem;
}

namespace teahouse::store {

struct RocksdbSettings {
  size_t waiting_bytes_max = 64 << 20;  // appended, and not yet handed to the disk or on their way to it
  size_t counted_rows_max = 1024;       // a removal of more rows at once is counted after its commit, in the background
  bool may_be_made = true;              // false: where there is no data plane, none is made
  bool accept_loss = false;             // opens also what is damaged, with what is whole of it
  size_t scrub_bytes_per_s = 1 << 20;   // so fast all tables are read again and again; 0: not at all
  size_t calm_bytes_per_s = 4 << 20;    // so fast a removed tenant's bytes leave the disk; 0: as fast as it goes
  TenantNames tenant_names = {};        // for the log; called on a thread of the plane's own
  bool is_disk_tight = false;           // so that the opening should write no more than it must
  int64_t silent_ms = 1000;             // a disk that refuses writes for so long is told of (DiskHealth)
  int64_t closing_ms = 5000;            // so long the destructor tries to write what waits; then it is given up
  std::shared_ptr<DiskHealth> health = std::make_shared<DiskHealth>();
  std::shared_ptr<Questions> questions = std::make_shared<Questions>();  // what is read of it by others
  std::shared_ptr<rocksdb::FileSystem> files = nullptr;                  // null: this machine's
};

// Makes the directory if there is none. The rest of a write that a crash cut off and nobody was told of is dropped,
// with a line in the log. Errors: another process has it open, the disk, or a format of a later Teahouse; and anything
// else that is missing of what was committed: a damaged, emptied or deleted log or table, one of yesterday. Then
// nothing is changed, and the text says how much is lost. With accept_loss damaged logs are kept beside the directory,
// and the log says what is lost.
Result<std::unique_ptr<DataPlane>> open_rocksdb(const std::string& directory, RocksdbSettings settings = {});

// Whether there is a data plane in this directory, whole or not.
bool has_rocksdb(const std::string& directory);

// Whether a process has it open, this one not counted.
bool is_rocksdb_open(const std::string& directory);

// REQUIRES (these three): the plane comes from open_rocksdb. All block.
// Waits for the long work that was asked for until now; then no byte of a removed tenant is left in any file. Errors: a
// removed tenant's bytes are there still, and why.
Result<void> finish_chores(DataPlane& plane);
// Takes into tables what only memory and the log hold, so that a copy has little left to do.
Result<void> flush_rocksdb(DataPlane& plane);
// The plane as it is at some moment between call and return, in a directory that is made; tables are hard links where
// the file system has them. Errors: the disk; what was begun is removed then.
Result<void> copy_rocksdb(DataPlane& plane, const std::string& directory);

// Reads a table file (*.sst) through. Errors: the first block that is damaged.
Result<void> check_rocksdb_table(const std::string& path);
// Whether a copy can be opened, with all that its list of tables names; how many parts of it are set aside as damaged.
Result<size_t> check_rocksdb_copy(const std::string& directory);

// Every key of every tenant with its value, in order, once all writes until now are committed: for tests and for
// looking into a plane. Blocks. REQUIRES: the plane comes from open_rocksdb.
Result<void> for_each_key(DataPlane& plane,
                          const std::function<void(std::string_view key, std::string_view value)>& visit);

}  // namespace teahouse::store
