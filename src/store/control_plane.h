// ControlPlane: what is relational and rarely written: tenants, hosts, plans, accounts, credentials, keys, usage,
// audit.
//
// A thin, typed door to SQL that SQLite and PostgreSQL both understand: statements with `?` parameters, rows of values.
// The tables belong to the layers above (tenant/, account/), which add theirs as numbered migrations. A write's task
// ends when it is on disk.
//
// Thread: any; statements run one at a time, in the order asked, on the plane's own thread.
// Errors: conflict for a unique or primary key that is there already; storage_failing and storage_full for a disk that
// takes nothing for now, internal_server_error for what time does not mend. A failed call has changed nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "store/disk_health.h"

namespace teahouse::store {

struct Blob {
  std::string bytes;
};
using Value = std::variant<std::monostate, int64_t, std::string, Blob>;
using Row = std::vector<Value>;

int64_t as_int(const Value& value);              // 0 for what is no number
const std::string& as_text(const Value& value);  // text or blob; empty for what is neither
inline bool is_null(const Value& value) { return value.index() == 0; }

struct Statement {
  std::string sql;
  std::vector<Value> parameters;
};

inline void append(std::vector<Statement>& all, std::vector<Statement> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

struct Answer {
  std::vector<Row> rows;
  int64_t changes = 0;  // rows that an INSERT, UPDATE or DELETE touched
  int64_t last_id = 0;  // of the last INSERT
};

struct Migration {
  std::string name;                     // "tenant/1": never changed once released
  std::vector<std::string> statements;  // all or none
};

class ControlPlane {
 public:
  explicit ControlPlane(std::shared_ptr<DiskHealth> health = std::make_shared<DiskHealth>())
      : health_(std::move(health)) {}
  virtual ~ControlPlane() = default;
  ControlPlane(const ControlPlane&) = delete;
  // The health of the data plane beside it too, where there is one.
  DiskHealth& health() const { return *health_; }
  // Brings the tables up to date; each migration runs once, in this order. Thread: before anything else is asked.
  virtual Result<void> migrate(const std::vector<Migration>& migrations) = 0;
  virtual Task<Result<Answer>> execute(Executor& home, Statement statement) = 0;
  // All or none; the answer is the last statement's.
  virtual Task<Result<Answer>> transact(Executor& home, std::vector<Statement> statements) = 0;
  // execute(), waiting on this thread: for start-up, before any loop runs.
  virtual Result<Answer> execute_now(const Statement& statement) = 0;
  // Ends when what was removed until now is not in dead space of the files either.
  virtual Task<Result<void>> scrub(Executor& home) = 0;
  // Takes what the log holds into the database, as far as nobody else reads that. Waits for nobody.
  virtual Task<Result<void>> shorten_log(Executor& home) = 0;
  // After a write that failed: whether one succeeds now. Blocks.
  virtual Result<void> try_write() = 0;

 private:
  const std::shared_ptr<DiskHealth> health_;
};

}  // namespace teahouse::store
