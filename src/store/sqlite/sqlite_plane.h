// open_sqlite: the ControlPlane on SQLite, in one file of this machine.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/control_plane.h"

namespace teahouse::store {

struct SqliteSettings {
  bool accept_loss = false;  // opens also what is damaged or of an earlier time
  bool read_only = false;    // changes nothing, and judges nothing: to look into it, also while a server runs
  std::shared_ptr<DiskHealth> health = std::make_shared<DiskHealth>();
};

// ":memory:" is a plane that ends with itself, for tests. Errors: the file can't be opened or is no database; a page of
// it is damaged; commits that the last run noted in PATH-mark are not there (commit_mark.h), because the log PATH-wal
// is damaged, deleted or emptied, or PATH is of an earlier time. With accept_loss the last two are but said in the log.
// Limits: 10,000 calls wait at most; one more gets resource_constraint at once.
// Tables must not have deferred constraints if their writers care for others: see sqlite_plane.cc.
Result<std::unique_ptr<ControlPlane>> open_sqlite(const std::string& path, SqliteSettings settings = {});

// A copy of a plane of open_sqlite, in a file that is not there yet: as it is while `meanwhile` runs, when no statement
// does. They go on before the copy is written. Blocks. REQUIRES: the plane is a file.
Result<void> copy_sqlite(ControlPlane& plane, const std::string& path, const std::function<Result<void>()>& meanwhile);

// Reads a copy through. Errors: the first page that is damaged.
Result<void> check_sqlite_copy(const std::string& path);

}  // namespace teahouse::store
