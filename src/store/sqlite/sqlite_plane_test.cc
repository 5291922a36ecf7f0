#include "store/sqlite/sqlite_plane.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/testing/run_task.h"
#include "store/sqlite/database.h"
#include "store/testing/child_process.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store::sqlite_plane_test {
namespace {

const std::vector<Migration> tables = {
    {"tenant/1",
     {"CREATE TABLE tenants (id INTEGER PRIMARY KEY, domain TEXT NOT NULL UNIQUE)",
      "CREATE TABLE accounts (tenant INTEGER NOT NULL REFERENCES tenants, name TEXT NOT NULL, secret BLOB, "
      "PRIMARY KEY (tenant, name))"}},
    {"tenant/2",
     {"INSERT INTO tenants (domain) VALUES ('montague.example')",
      "INSERT INTO tenants (domain) VALUES ('capulet.example')"}},
};

class SqlitePlane : public ::testing::Test {
 protected:
  void SetUp() override { open(":memory:"); }
  void open(const std::string& path) {
    plane_.reset();
    auto opened = open_sqlite(path);
    ASSERT_TRUE(opened) << opened.error().text;
    plane_ = std::move(*opened);
    auto migrated = plane_->migrate(tables);
    ASSERT_TRUE(migrated) << migrated.error().text;
  }
  Result<Answer> execute(std::string sql, std::vector<Value> parameters = {}) {
    return testing::run(home_, plane_->execute(home_, {std::move(sql), std::move(parameters)}));
  }
  int64_t count(const std::string& table) {
    auto answer = plane_->execute_now({"SELECT COUNT(*) FROM " + table, {}});
    return answer ? as_int(answer->rows[0][0]) : -1;
  }
  Statement add(int64_t tenant, const std::string& name) {
    return {"INSERT INTO accounts (tenant, name) VALUES (?, ?)", {tenant, name}};
  }

  testing::QueueExecutor home_;
  testing::TempDirectory directory_;
  std::unique_ptr<ControlPlane> plane_;
};

TEST_F(SqlitePlane, ValuesGoInAndComeOut) {
  const std::string bytes("\0\xff\x01", 3);
  auto added = execute("INSERT INTO accounts VALUES (?, ?, ?)", {int64_t{1}, "romeo", Blob{bytes}});
  ASSERT_TRUE(added);
  EXPECT_EQ(added->changes, 1);
  ASSERT_TRUE(execute("INSERT INTO accounts VALUES (?, ?, ?)", {int64_t{2}, "juliet", {}}));
  auto found = execute("SELECT name, secret, tenant, 'x', 1.5 FROM accounts WHERE tenant = ?", {int64_t{1}});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->rows.size(), 1u);
  EXPECT_EQ(found->changes, 0);
  EXPECT_EQ(as_text(found->rows[0][0]), "romeo");
  EXPECT_EQ(as_text(found->rows[0][1]), bytes);
  EXPECT_EQ(as_int(found->rows[0][2]), 1);
  EXPECT_EQ(as_text(found->rows[0][4]), "1.5");
  found = execute("SELECT secret FROM accounts WHERE tenant = ?", {int64_t{2}});
  ASSERT_EQ(found->rows.size(), 1u);
  EXPECT_TRUE(is_null(found->rows[0][0]));
  EXPECT_EQ(as_text(found->rows[0][0]), "");
  EXPECT_EQ(as_int(found->rows[0][0]), 0);
  auto tenant = execute("INSERT INTO tenants (domain) VALUES (?)", {"verona.example"});
  EXPECT_EQ(tenant->last_id, 3);
}

TEST_F(SqlitePlane, TellsConflictFromOtherErrors) {
  ASSERT_TRUE(testing::run(home_, plane_->execute(home_, add(1, "romeo"))));
  EXPECT_EQ(testing::run(home_, plane_->execute(home_, add(1, "romeo"))).error().kind, ErrorKind::conflict);
  EXPECT_EQ(execute("INSERT INTO tenants (domain) VALUES ('montague.example')").error().kind, ErrorKind::conflict);
  EXPECT_EQ(testing::run(home_, plane_->execute(home_, add(99, "romeo"))).error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(execute("INSERT INTO tenants (domain) VALUES (NULL)").error().kind, ErrorKind::bad_request);
  for (const char* sql : {"SELEKT 1", "", "SELECT 1; SELECT 2", "SELECT * FROM nowhere", "SELECT ?"}) {
    EXPECT_EQ(execute(sql).error().kind, ErrorKind::internal_server_error) << sql;
  }
  EXPECT_EQ(count("accounts"), 1);
}

TEST_F(SqlitePlane, ATransactionIsAllOrNone) {
  auto both = testing::run(home_, plane_->transact(home_, {add(1, "romeo"), add(2, "juliet")}));
  ASSERT_TRUE(both);
  EXPECT_EQ(testing::run(home_, plane_->transact(home_, {add(2, "nurse"), add(1, "romeo")})).error().kind,
            ErrorKind::conflict);
  EXPECT_EQ(count("accounts"), 2);
  EXPECT_EQ(execute("SELECT 1 FROM accounts WHERE name = 'nurse'")->rows.size(), 0u);
}

TEST_F(SqlitePlane, AFailingCallUndoesNoOtherOfItsGroup) {
  constexpr int calls = 300;
  std::vector<std::optional<Result<Answer>>> answers(calls);
  for (int i = 0; i < calls; ++i) {  // those that queue while the first commits share a transaction
    const std::string name = i % 3 == 2 ? "user0" : "user" + std::to_string(i);
    testing::start(plane_->transact(home_, {add(2, "of call " + std::to_string(i)), add(1, name)}), &answers[i]);
  }
  for (int i = 0; i < calls; ++i) {
    while (!answers[i]) home_.run_one();
    EXPECT_EQ(answers[i]->has_value(), i % 3 != 2) << i;
  }
  EXPECT_EQ(count("accounts WHERE tenant = 1"), 200);
  EXPECT_EQ(count("accounts WHERE tenant = 2"), 200);
  EXPECT_EQ(count("accounts WHERE name = 'of call 2'"), 0);
}

TEST_F(SqlitePlane, ARefusedCommitIsThatOfItsCallOnly) {
  ASSERT_TRUE(plane_->migrate(
      {{"deferred", {"CREATE TABLE notes (account INTEGER REFERENCES tenants DEFERRABLE INITIALLY DEFERRED)"}}}));
  std::vector<std::optional<Result<Answer>>> answers(50);
  for (int i = 0; i < 50; ++i) {
    testing::start(plane_->execute(home_, {"INSERT INTO notes VALUES (?)", {int64_t{i % 10 == 9 ? 99 : 1}}}),
                   &answers[i]);
  }
  for (int i = 0; i < 50; ++i) {
    while (!answers[i]) home_.run_one();
    EXPECT_EQ(answers[i]->has_value(), i % 10 != 9) << i;
  }
  EXPECT_EQ(count("notes"), 45);
}

TEST_F(SqlitePlane, AStatementCannotEndTheTransaction) {
  EXPECT_FALSE(execute("COMMIT"));
  EXPECT_FALSE(execute("ROLLBACK"));
  ASSERT_TRUE(testing::run(home_, plane_->execute(home_, add(1, "romeo"))));
  EXPECT_EQ(count("accounts"), 1);
}

TEST_F(SqlitePlane, MigrationsRunOnceAndTheFileKeepsThem) {
  open(directory_.path() + "/control.db");
  ASSERT_TRUE(execute("DELETE FROM tenants WHERE domain = 'capulet.example'"));
  ASSERT_TRUE(plane_->migrate(tables));
  EXPECT_EQ(count("tenants"), 1);
  ASSERT_TRUE(testing::run(home_, plane_->execute(home_, add(1, "romeo"))));
  open(directory_.path() + "/control.db");
  EXPECT_EQ(count("tenants"), 1);
  EXPECT_EQ(count("accounts"), 1);
  EXPECT_EQ(count("migrations"), 2);
}

TEST_F(SqlitePlane, AFailingMigrationLeavesNothing) {
  std::vector<Migration> more = {
      {"tenant/3", {"CREATE TABLE plans (id INTEGER)"}},
      {"tenant/4", {"CREATE TABLE keys (id INTEGER)", "INSERT INTO plans VALUES (1)", "SELEKT 1"}},
      {"tenant/5", {"CREATE TABLE usage (id INTEGER)"}}};
  auto failed = plane_->migrate(more);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().text.find("tenant/4"), std::string::npos);
  EXPECT_EQ(count("plans"), 0);  // the one before it stays
  EXPECT_EQ(count("keys"), -1);
  EXPECT_EQ(count("usage"), -1);
  EXPECT_EQ(count("migrations"), 3);
  more[1].statements.pop_back();
  ASSERT_TRUE(plane_->migrate(more));
  EXPECT_EQ(count("plans"), 1);
  EXPECT_EQ(count("migrations"), 5);
}

class SqliteDamage : public SqlitePlane {
 protected:
  void SetUp() override {
    path_ = directory_.path() + "/control.db";
    child_ = std::make_unique<testing::ChildProcess>("SqliteCrash.DISABLED_ChildAdds", path_);
    while (last_ < 20) last_ = child_->next().value_or(1000);
    child_->kill_now();  // so that the log is there still
    while (auto next = child_->next()) last_ = *next;
    child_->wait_for_end();
  }
  std::string refusal(SqliteSettings settings = {}) {
    auto opened = open_sqlite(path_, settings);
    return opened ? "" : opened.error().text;
  }
  int64_t count_added() {
    auto opened = open_sqlite(path_);
    auto found = opened ? (*opened)->execute_now({"SELECT COUNT(*) FROM tenants WHERE id > 100", {}})
                        : Result<Answer>(opened.error());
    return found ? as_int(found->rows[0][0]) : -1;
  }
  void overwrite(const std::string& file, int64_t at, const std::string& bytes) {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(at);
    out << bytes;
  }
  void expect_refused(const std::string& word) {
    for (int start = 0; start < 2; ++start) {
      const std::string text = refusal();
      EXPECT_NE(text.find(word), std::string::npos) << start << text;
      EXPECT_NE(text.find(path_), std::string::npos) << text;
    }
  }

  std::string path_;
  uint64_t last_ = 0;
  std::unique_ptr<testing::ChildProcess> child_;
};

TEST_F(SqliteDamage, ALogDamagedDeletedOrEmptiedIsRefused) {
  const std::string log = path_ + "-wal", copy = directory_.path() + "/copy";
  std::filesystem::copy_file(path_, copy);
  std::filesystem::copy_file(log, copy + "-wal");
  std::filesystem::copy_file(path_ + "-mark", copy + "-mark");
  for (const std::string how : {"damaged", "deleted", "emptied"}) {
    const auto size = std::filesystem::file_size(log);
    if (how == "damaged") overwrite(log, static_cast<int64_t>(size / 2), std::string(100, 'r'));
    if (how == "deleted") std::filesystem::remove(log);
    if (how == "emptied") std::filesystem::resize_file(log, 0);
    expect_refused("are not there");
    if (how == "damaged") { EXPECT_EQ(std::filesystem::file_size(log), size) << "what was refused is not kept"; }
    EXPECT_EQ(refusal({.accept_loss = true}), "") << how;
    EXPECT_EQ(refusal(), "") << how << ": what was accepted is not refused again";
    EXPECT_LT(count_added(), static_cast<int64_t>(last_)) << how;
    for (const char* file : {"", "-wal", "-mark", "-shm", "-wal.damaged"}) {
      std::filesystem::remove(path_ + file);
      std::error_code none;
      std::filesystem::copy_file(copy + file, path_ + file, none);
    }
  }
  EXPECT_EQ(refusal(), "");
  EXPECT_GE(count_added(), static_cast<int64_t>(last_));
}

TEST_F(SqliteDamage, AnEarlierDatabaseIsRefused) {
  ASSERT_GE(count_added(), static_cast<int64_t>(last_));
  const std::string copy = directory_.path() + "/copy";
  std::filesystem::copy_file(path_, copy);
  {
    auto opened = open_sqlite(path_);
    ASSERT_TRUE((*opened)->execute_now({"INSERT INTO tenants (id, domain) VALUES (99, 'later.example')", {}}));
  }
  std::filesystem::copy_file(copy, path_, std::filesystem::copy_options::overwrite_existing);
  expect_refused("the last 1 changes");
}

TEST_F(SqliteDamage, ADamagedPageIsRefused) {
  ASSERT_GE(count_added(), static_cast<int64_t>(last_));
  const std::string whole = path_ + ".whole";
  std::filesystem::copy_file(path_, whole);
  overwrite(path_, 0, "this is no database");
  expect_refused("is damaged");
  std::filesystem::copy_file(whole, path_, std::filesystem::copy_options::overwrite_existing);
  const auto size = std::filesystem::file_size(path_);
  overwrite(path_, 4096, std::string(size - 4096, 'r'));
  expect_refused("damaged");
}

TEST_F(SqliteDamage, TornTailsAndMarksThatSayNothingAreDoneWithout) {
  std::ofstream(path_ + "-wal", std::ios::binary | std::ios::app) << std::string(3000, 'r');
  for (const std::string text : {"", "x", "0000000000000000001x\n"}) {
    std::ofstream(path_ + "-mark") << text;
    EXPECT_EQ(refusal(), "") << text;
  }
  EXPECT_GE(count_added(), static_cast<int64_t>(last_));
}

TEST_F(SqlitePlane, AScrubThatAReaderKeepsFromItsWorkIsAnError) {
  const std::string path = directory_.path() + "/control.db";
  open(path);
  ASSERT_TRUE(execute("PRAGMA busy_timeout=0"));
  sqlite::Database reader;
  ASSERT_TRUE(reader.open_read_only(path));
  ASSERT_TRUE(reader.run("BEGIN"));
  ASSERT_TRUE(reader.execute({"SELECT COUNT(*) FROM accounts", {}}));
  const auto refused = testing::run(home_, plane_->scrub(home_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::service_unavailable);
  EXPECT_GT(std::filesystem::file_size(path + "-wal"), 0u);
  ASSERT_TRUE(reader.run("COMMIT"));
  EXPECT_TRUE(testing::run(home_, plane_->scrub(home_)));
  EXPECT_EQ(std::filesystem::file_size(path + "-wal"), 0u);
}

TEST_F(SqlitePlane, SaysWhatItCannotOpen) { EXPECT_FALSE(open_sqlite(directory_.path() + "/no/such/directory.db")); }

// The child: adds accounts and reports each one whose task has ended.
TEST(SqliteCrash, DISABLED_ChildAdds) {
  auto path = testing::child_argument();
  if (!path) GTEST_SKIP();
  testing::QueueExecutor home;
  auto plane = open_sqlite(*path);
  ASSERT_TRUE(plane && (*plane)->migrate(tables));
  for (int64_t i = 1;; ++i) {
    ASSERT_TRUE(testing::run(home, (*plane)->execute(home, {"INSERT INTO tenants (id, domain) VALUES (?, ?)",
                                                            {100 + i, std::to_string(i)}})));
    testing::report(static_cast<uint64_t>(i));
  }
}

TEST(SqliteCrash, WhatWasAnsweredIsThereAfterAKill) {
  testing::TempDirectory directory;
  const std::string path = directory.path() + "/control.db";
  uint64_t last = 0;
  {
    testing::ChildProcess child("SqliteCrash.DISABLED_ChildAdds", path);
    while (last < 100) {
      auto next = child.next();
      ASSERT_TRUE(next);
      last = *next;
    }
    child.kill_now();
    while (auto next = child.next()) last = *next;
  }
  auto plane = open_sqlite(path);
  ASSERT_TRUE(plane);
  auto found = (*plane)->execute_now({"SELECT COUNT(*), MAX(id) FROM tenants WHERE id > 100", {}});
  ASSERT_TRUE(found);
  EXPECT_GE(as_int(found->rows[0][0]), static_cast<int64_t>(last));
  EXPECT_EQ(as_int(found->rows[0][0]), as_int(found->rows[0][1]) - 100);
}

}  // namespace
}  // namespace teahouse::store::sqlite_plane_test
