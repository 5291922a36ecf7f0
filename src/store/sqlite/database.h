// Database: one SQLite connection with its prepared statements.
#pragma once

#include <sqlite3.h>

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "store/control_plane.h"

namespace teahouse::store::sqlite {

// Thread: one at a time.
class Database {
 public:
  Database() = default;
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<void> open(const std::string& path);
  // For looking at a file that nobody else has open; beside it none is made.
  Result<void> open_as_it_is(const std::string& path);
  Result<void> open_read_only(const std::string& path);
  // Whether the log stays as it is when this closes, rather than going into the database; at first it stays.
  void keep_log(bool kept);
  // Reads every page. Errors: the first that is damaged.
  Result<void> check();
  // Writes all of it, as a transaction of now sees it, into a file that is not there yet.
  Result<void> copy_to(const std::string& path);
  // One statement; its rows are read to the end.
  Result<Answer> execute(const Statement& statement);
  // Any number of statements, without parameters or rows.
  Result<void> run(const char* sql);
  // Gives back what it keeps of statements for the next time that they come.
  void forget_prepared();

  // Between BEGIN and its end, as SQLite itself sees it: some errors end a transaction by themselves.
  bool in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
  // Since it was asked last: whether the disk refused to take a change.
  bool take_refusal() { return std::exchange(was_refused_, false); }
  bool has_written() const { return sqlite3_txn_state(database_, nullptr) == SQLITE_TXN_WRITE; }

 private:
  using Prepared = std::list<std::pair<std::string, sqlite3_stmt*>>;

  Result<sqlite3_stmt*> prepare(const std::string& sql);
  Error error(std::string_view sql, bool reads_only = false);

  sqlite3* database_ = nullptr;
  bool was_refused_ = false;
  Prepared prepared_;  // used last first
  std::unordered_map<std::string_view, Prepared::iterator> by_sql_;
};

}  // namespace teahouse::store::sqlite
