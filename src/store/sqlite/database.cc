#include "store/sqlite/database.h"

#include <cerrno>

namespace teahouse::store::sqlite {
namespace {

constexpr size_t prepared_max = 256;

int bind(sqlite3_stmt* statement, int at, const Value& value) {
  struct Bind {
    sqlite3_stmt* statement;
    int at;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, at); }
    int operator()(int64_t number) const { return sqlite3_bind_int64(statement, at, number); }
    int operator()(const std::string& text) const {
      return sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const Blob& blob) const {
      return sqlite3_bind_blob64(statement, at, blob.bytes.data() ? blob.bytes.data() : "", blob.bytes.size(),
                                 SQLITE_STATIC);
    }
  };
  return std::visit(Bind{statement, at}, value);
}

Value column(sqlite3_stmt* statement, int at) {
  const int type = sqlite3_column_type(statement, at);
  if (type == SQLITE_NULL) return {};
  if (type == SQLITE_INTEGER) return sqlite3_column_int64(statement, at);
  if (type == SQLITE_BLOB) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, at));
    return Blob{bytes ? std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement, at))) : std::string()};
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
  return std::string(text ? text : "", static_cast<size_t>(sqlite3_column_bytes(statement, at)));
}

// storage_full and storage_failing are for errors that time may mend.
ErrorKind kind_of_disk(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_FULL: return ErrorKind::storage_full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return system_error == ENOSPC ? ErrorKind::storage_full : ErrorKind::storage_failing;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY: return ErrorKind::storage_failing;
    default: return ErrorKind::internal_server_error;
  }
}

// The disk did not take what was to be written, rather than give what was to be read.
bool is_refusal(int code) {
  switch (code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE: return true;
    default: return (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_READONLY;
  }
}

// Ends the statement's run, also when that run ended early.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

Database::~Database() {
  forget_prepared();
  sqlite3_close(database_);
}

void Database::forget_prepared() {
  for (auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  by_sql_.clear();
  prepared_.clear();
}

Result<void> Database::open(const std::string& path) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
    return Error{ErrorKind::internal_server_error, "control plane: " + path + " can't be opened: " +
                                                       (database_ ? sqlite3_errmsg(database_) : "no memory")};
  }
  keep_log(true);
  if (sqlite3_db_readonly(database_, "main") == 1) {
    return Error{ErrorKind::internal_server_error,
                 "control plane: " + path + " can't be written; does it belong to the user who runs this?"};
  }
  sqlite3_busy_timeout(database_, 5'000);
  auto set =
      run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; "
          "PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=4194304;");
  if (set) return set;
  const int code = sqlite3_errcode(database_) & 0xff;
  std::string hint;
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    hint = " It is damaged: put control.db* and data/ back from one backup.";
  } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    hint = " Is another program at work on it?";
  } else if (code == SQLITE_FULL || code == SQLITE_IOERR) {
    hint = " Is its disk full, or failing?";
  }
  return Error{set.error().kind,
               "control plane: " + path + " can't be opened: " + sqlite3_errmsg(database_) + "." + hint};
}

Result<void> Database::open_as_it_is(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri.append({'%', digits[byte >> 4], digits[byte & 15]});
    } else {
      uri += c;
    }
  }
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2((uri + "?immutable=1").c_str(), &database_, flags, nullptr) == SQLITE_OK) return {};
  return Error{ErrorKind::internal_server_error,
               "control plane: " + path + " can't be opened: " + (database_ ? sqlite3_errmsg(database_) : "no memory")};
}

Result<void> Database::open_read_only(const std::string& path) {
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
    return Error{ErrorKind::internal_server_error, "control plane: " + path + " can't be opened: " +
                                                       (database_ ? sqlite3_errmsg(database_) : "no memory")};
  }
  sqlite3_busy_timeout(database_, 5'000);
  return run("PRAGMA trusted_schema=OFF");
}

void Database::keep_log(bool kept) {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, kept ? 1 : 0, nullptr);
}

Result<void> Database::check() {
  const auto answer = execute({"PRAGMA quick_check(1)", {}});
  if (!answer) return answer.error();
  const std::string found = answer->rows.empty() ? "no answer" : as_text(answer->rows[0][0]);
  if (found == "ok") return {};
  return Error{ErrorKind::internal_server_error, found};
}

Result<void> Database::copy_to(const std::string& path) {
  sqlite3* copy = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path.c_str(), &copy, flags, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_backup* copying = sqlite3_backup_init(copy, "main", database_, "main");
    if (copying) sqlite3_backup_step(copying, -1);
    code = copying ? sqlite3_backup_finish(copying) : sqlite3_errcode(copy);
  }
  const std::string why = copy ? sqlite3_errmsg(copy) : "no memory";
  const int closed = sqlite3_close(copy);
  if (code == SQLITE_OK && closed == SQLITE_OK) return {};
  return Error{ErrorKind::internal_server_error, "control plane: copying to " + path + ": " + why};
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error(sql);
  return {};
}

Result<Answer> Database::execute(const Statement& statement) {
  auto prepared = prepare(statement.sql);
  if (!prepared) return prepared.error();
  sqlite3_stmt* run = *prepared;
  Reset reset{run};
  if (sqlite3_bind_parameter_count(run) != static_cast<int>(statement.parameters.size())) {
    return Error{ErrorKind::internal_server_error, "control plane: a wrong number of parameters for: " + statement.sql};
  }
  for (size_t i = 0; i < statement.parameters.size(); ++i) {
    if (bind(run, static_cast<int>(i) + 1, statement.parameters[i]) != SQLITE_OK) return error(statement.sql);
  }
  Answer answer;
  const int64_t changes_before = sqlite3_total_changes64(database_);
  int step;
  while ((step = sqlite3_step(run)) == SQLITE_ROW) {
    Row& row = answer.rows.emplace_back();
    const int columns = sqlite3_data_count(run);
    row.reserve(static_cast<size_t>(columns));
    for (int at = 0; at < columns; ++at) row.push_back(column(run, at));
  }
  if (step != SQLITE_DONE) return error(statement.sql, sqlite3_stmt_readonly(run) != 0);
  if (sqlite3_total_changes64(database_) != changes_before) answer.changes = sqlite3_changes64(database_);
  answer.last_id = sqlite3_last_insert_rowid(database_);
  return answer;
}

Result<sqlite3_stmt*> Database::prepare(const std::string& sql) {
  if (auto found = by_sql_.find(sql); found != by_sql_.end()) {
    prepared_.splice(prepared_.begin(), prepared_, found->second);
    return found->second->second;
  }
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int status = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, &tail);
  if (status != SQLITE_OK) return error(sql);
  const std::string_view rest(tail, static_cast<size_t>(sql.data() + sql.size() - tail));
  if (!statement || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return Error{ErrorKind::internal_server_error, "control plane: not one statement: " + sql};
  }
  if (prepared_.size() == prepared_max) {
    by_sql_.erase(prepared_.back().first);
    sqlite3_finalize(prepared_.back().second);
    prepared_.pop_back();
  }
  prepared_.emplace_front(sql, statement);
  by_sql_.emplace(prepared_.front().first, prepared_.begin());
  return statement;
}

Error Database::error(std::string_view sql, bool reads_only) {
  const int code = sqlite3_extended_errcode(database_);
  was_refused_ |= !reads_only && is_refusal(code);
  ErrorKind kind = kind_of_disk(code, sqlite3_system_errno(database_));
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
    kind = ErrorKind::conflict;
  } else if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
    kind = ErrorKind::item_not_found;
  } else if ((code & 0xff) == SQLITE_CONSTRAINT) {
    kind = ErrorKind::bad_request;
  }
  return {kind, "control plane: " + std::string(sqlite3_errmsg(database_)) + ", in: " + std::string(sql)};
}

}  // namespace teahouse::store::sqlite
