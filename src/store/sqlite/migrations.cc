#include "store/sqlite/migrations.h"

namespace teahouse::store::sqlite {
namespace {

Result<void> apply(Database& database, const Migration& migration, const std::function<Result<void>()>& commit) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  for (const std::string& statement : migration.statements) {
    auto done = database.execute({statement, {}});
    if (!done) return done.error();
  }
  auto noted = database.execute(
      {"INSERT INTO migrations (name, place) SELECT ?, 1 + COUNT(*) FROM migrations", {migration.name}});
  if (!noted) return noted.error();
  return commit();
}

}  // namespace

Result<void> apply_migrations(Database& database, const std::vector<Migration>& migrations,
                              const std::function<Result<void>()>& commit) {
  auto made = database.run(
      "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID");
  if (!made) return made;
  for (const Migration& migration : migrations) {
    auto known = database.execute({"SELECT 1 FROM migrations WHERE name = ?", {migration.name}});
    if (!known) return known.error();
    if (!known->rows.empty()) continue;
    auto applied = apply(database, migration, commit);
    if (database.in_transaction()) (void)database.run("ROLLBACK");
    if (!applied) return Error{applied.error().kind, "migration " + migration.name + ": " + applied.error().text};
  }
  return {};
}

}  // namespace teahouse::store::sqlite
