// Looks at a plane's files without opening it for writing.
#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>
#include <unistd.h>

#include <memory>

#include "store/rocksdb/damage.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/rocksdb_plane.h"

namespace teahouse::store {

using rocks::disk_error;
using rocks::make_options;

bool is_rocksdb_open(const std::string& directory) {
  const int file = ::open((directory + "/LOCK").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(file);
  return locked;
}

Result<void> check_rocksdb_table(const std::string& path) {
  rocksdb::SstFileReader reader(make_options());
  auto status = reader.Open(path);
  if (status.ok()) status = reader.VerifyChecksum();
  if (!status.ok()) return disk_error(status, "checking the table " + path);
  return {};
}

Result<size_t> check_rocksdb_copy(const std::string& directory) {
  auto options = make_options();
  options.verify_sst_unique_id_in_manifest = false;  // a table that was replaced as damaged is another by that
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocks::Damages::List damages;
  if (status.ok()) status = rocks::load_damages(*db, &damages);
  if (!status.ok()) return disk_error(status, "checking the copy " + directory);
  return damages.size();
}

}  // namespace teahouse::store
