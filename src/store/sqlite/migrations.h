// Migrations: a database's tables are brought to what this program knows, each step once, by its name.
//
// Thread: the database's. Errors: those of its statements, with the migration's name; then it changed nothing, and
// those before it stay.
#pragma once

#include <functional>
#include <vector>

#include "store/control_plane.h"
#include "store/sqlite/database.h"

namespace teahouse::store::sqlite {

// `commit` ends the transaction of each.
Result<void> apply_migrations(Database& database, const std::vector<Migration>& migrations,
                              const std::function<Result<void>()>& commit);

}  // namespace teahouse::store::sqlite
