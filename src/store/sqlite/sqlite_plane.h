// open_sqlite: the ControlPlane on SQLite, in one file of this machine.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/control_plane.h"

namespace teahouse::store {

struct SqliteSettings {
  bool accept_loss = false;  // opens also what is damaged or of an earlier time
};

// ":memory:" is a plane that ends with itself, for tests. Errors: the file can't be opened or is no database; a page of
// it is damaged; commits that the last run noted in PATH-mark are not there (commit_mark.h), because the log PATH-wal
// is damaged, deleted or emptied, or PATH is of an earlier time. With accept_loss the last two are but said in the log.
// Limits: 10,000 calls wait at most; one more gets resource_constraint at once.
// Tables must not have deferred constraints if their writers care for others: see sqlite_plane.cc.
Result<std::unique_ptr<ControlPlane>> open_sqlite(const std::string& path, SqliteSettings settings = {});

}  // namespace teahouse::store
