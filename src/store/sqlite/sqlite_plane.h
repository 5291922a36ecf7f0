// open_sqlite: the ControlPlane on SQLite, in one file of this machine.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/control_plane.h"

namespace teahouse::store {

// ":memory:" is a plane that ends with itself, for tests. Errors: the file can't be opened or is no database.
// Limits: 10,000 calls wait at most; one more gets resource_constraint at once.
// Tables must not have deferred constraints if their writers care for others: see sqlite_plane.cc.
Result<std::unique_ptr<ControlPlane>> open_sqlite(const std::string& path);

}  // namespace teahouse::store
