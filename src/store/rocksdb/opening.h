// open_database: opens RocksDB's files where what was committed is there, and says what is missing where it is not.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/commit_mark.h"
#include "store/rocksdb/rocksdb_plane.h"

namespace teahouse::store::rocks {

// Whether there are files that only a database has.
bool has_database(const std::string& directory);

// RocksDB's error of the opening, with what it means for the house and what to do.
Error open_error(const rocksdb::Status& status, const std::string& directory);

// `mark` is what the last run noted of its commits: sequence numbers. Lifetime: `env` outlives the database. Errors: as
// of open_rocksdb.
Result<std::unique_ptr<rocksdb::DB>> open_database(const std::string& directory, const RocksdbSettings& settings,
                                                   const CommitMark& mark, rocksdb::Env& env,
                                                   std::vector<std::shared_ptr<rocksdb::EventListener>> listeners);

}  // namespace teahouse::store::rocks
