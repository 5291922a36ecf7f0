// Group commit. Calls from all threads queue up; the plane's one thread takes all that wait and runs them, in their
// order, inside one transaction, each call in a savepoint: a call that fails is rolled back to its savepoint and undoes
// nobody else. Then one commit, one fsync, and all are answered. Calls that come before the group's first write have
// nothing to wait for and are answered at once. A lone call costs what it would cost without groups.
//
// A caller whose write the disk refuses may try again: nobody has been told that it is stored, and SQLite has taken it
// back. A change that it refused is noted (DiskHealth) until a write succeeds. A read that fails, or has to wait for
// somebody else's lock, is an error of its call alone.
//
// Two things can undo others, and are met: an error at which SQLite itself ends the transaction (disk full, I/O) fails
// every call of the group that wrote; a commit that is refused (a deferred constraint of one of them) makes the group
// run again, each call in a transaction of its own.
//
// SQLite drops whatever stands behind a damaged place in its log, and does not miss a log that is gone. So each commit
// counts itself in the database and is then noted in a mark beside it: at the next start the two are compared.
#include "store/sqlite/sqlite_plane.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "store/commit_mark.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/workers.h"

namespace teahouse::store {
namespace {

using sqlite::Database;

constexpr size_t waiting_calls_max = 10'000;
constexpr size_t group_calls_max = 500;

// A plane that lacks something is refused; with accept_loss the log says so, and it goes on.
Result<void> judge(const std::string& loss, const SqliteSettings& settings) {
  if (!settings.accept_loss) {
    return Error{ErrorKind::internal_server_error,
                 "control plane: " + loss +
                     " Put control.db* and data/ back from one backup. `teahouse serve --accept-loss` goes on with "
                     "what is there."};
  }
  log::warning("store", "Going on without what is lost: " + loss);
  return {};
}

bool is_of_disk(ErrorKind kind) { return kind == ErrorKind::storage_failing || kind == ErrorKind::storage_full; }

// SQLite's answer to a checkpoint: whether it was kept from it, how much the log holds, how much of that was taken.
bool is_complete(const std::vector<Row>& checkpoint) {
  if (checkpoint.empty() || checkpoint[0].size() < 3) return false;
  return as_int(checkpoint[0][0]) == 0 && as_int(checkpoint[0][1]) == as_int(checkpoint[0][2]);
}

// A constraint, rather than the disk.
bool is_of_one_call(ErrorKind kind) {
  return kind == ErrorKind::conflict || kind == ErrorKind::item_not_found || kind == ErrorKind::bad_request;
}

// The answer to a call that failed without a refusal of the disk: a read, or one that met a lock of somebody else's.
Error not_now() {
  return {ErrorKind::storage_failing, "The server cannot do this just now, for a reason of its own; try again later."};
}

struct Call {
  std::vector<Statement> statements;
  std::function<void(Result<Answer>)> done;
  Result<Answer> answer = Answer{};
};

class SqlitePlane final : public ControlPlane {
 public:
  SqlitePlane(const std::string& mark, const SqliteSettings& settings) : ControlPlane(settings.health), mark_(mark) {}
  ~SqlitePlane() override { thread_.finish(); }

  Result<void> open(const std::string& path, const SqliteSettings& settings);
  Result<void> copy(const std::string& path, const std::function<Result<void>()>& meanwhile);

  Result<void> migrate(const std::vector<Migration>& migrations) override;
  Task<Result<Answer>> execute(Executor& home, Statement statement) override {
    std::vector<Statement> statements;
    statements.push_back(std::move(statement));
    return transact(home, std::move(statements));
  }
  Task<Result<Answer>> transact(Executor& home, std::vector<Statement> statements) override {
    Async<Result<Answer>> answer(home, [this, &statements](Async<Result<Answer>>::Done done) {
      ask({std::move(statements), std::move(done)});
    });
    co_return co_await answer;
  }
  Result<Answer> execute_now(const Statement& statement) override {
    std::promise<Result<Answer>> answer;
    ask({{statement}, [&](Result<Answer> result) { answer.set_value(std::move(result)); }});
    return answer.get_future().get();
  }
  // Pages are overwritten when rows go (secure_delete); what the log still has of them goes with the log.
  Task<Result<void>> scrub(Executor& home) override {
    Async<Result<void>> scrubbed(home, [this](Async<Result<void>>::Done done) {
      thread_.post([this, done = std::move(done)] { done(tell(empty_log())); });
    });
    co_return co_await scrubbed;
  }
  Task<Result<void>> shorten_log(Executor& home) override {
    Async<Result<void>> shortened(home, [this](Async<Result<void>>::Done done) {
      thread_.post([this, done = std::move(done)] {
        auto emptied =
            database_.run("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout=5000");
        forget_refusal();
        done(std::move(emptied));
      });
    });
    co_return co_await shortened;
  }
  Result<void> try_write() override {
    const auto tried = execute_now({"UPDATE commits SET number = number", {}});
    return tried ? Result<void>() : tried.error();
  }

 private:
  void ask(Call call);
  void run_waiting();
  std::deque<Call> take_waiting();
  void run_group(std::deque<Call> calls);
  void answer_group(const std::vector<Call*>& wrote, const Result<void>& committed);
  void run_alone(Call& call);
  Result<Answer> run_statements(const Call& call);
  Result<Answer> run_in_savepoint(const Call& call);
  Result<void> commit();
  // For the caller: notes and logs what the disk refuses, and gives a sentence for users in place of SQLite's words.
  template <class Answered>
  Answered tell(Answered answer) {
    if (answer) return answer;
    const ErrorKind kind = answer.error().kind;
    if (!is_of_disk(kind)) return answer;
    const bool refused = database_.take_refusal();
    if (!health().has(DiskHealth::control_fails)) log::error("store", answer.error().text);
    if (!refused) return kind == ErrorKind::storage_full ? DiskHealth::full() : not_now();
    health().raise(DiskHealth::control_fails);
    return kind == ErrorKind::storage_full ? DiskHealth::full() : DiskHealth::failing();
  }
  // A group was written: if one of its calls was refused, that is the call's own.
  void note_success() {
    forget_refusal();
    if (!health().has(DiskHealth::control_fails)) return;
    health().clear(DiskHealth::control_fails);
    log::info("store", "The control plane takes changes again");
  }
  // Of what need not be written now: the plane takes changes all the same.
  void forget_refusal() { (void)database_.take_refusal(); }

  // SQLite tells in a row and not as an error that readers kept the log from being emptied.
  Result<void> empty_log() {
    const auto emptied = database_.execute({"PRAGMA wal_checkpoint(TRUNCATE)", {}});
    forget_refusal();
    if (!emptied) return emptied.error();
    if (!emptied->rows.empty() && as_int(emptied->rows[0].at(0)) == 0) return {};
    return Error{
        ErrorKind::service_unavailable,
        "What was removed is still in the log of control.db, which somebody reads. Ask once more in a moment."};
  }

  std::string path_;
  Database database_;  // used on thread_, once that runs anything, as is what follows
  CommitMark mark_;
  int64_t commits_ = 0;
  std::mutex mutex_;
  std::deque<Call> waiting_;  // guarded by mutex_
  Workers thread_{1, "control-plane"};
};

Result<void> SqlitePlane::open(const std::string& path, const SqliteSettings& settings) {
  path_ = path;
  if (settings.read_only) return database_.open_read_only(path);
  if (auto opened = database_.open(path); !opened) return opened;
  if (auto checked = database_.check(); !checked) {
    auto judged = judge(path + " is damaged: " + checked.error().text + ".", settings);
    if (!judged) return judged;
  }
  auto made = database_.run(
      "CREATE TABLE IF NOT EXISTS commits (number BIGINT NOT NULL); "
      "INSERT INTO commits SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM commits)");
  if (!made) return made;
  const auto counted = database_.execute({"SELECT MAX(number) FROM commits", {}});
  if (!counted) return counted.error();
  commits_ = as_int(counted->rows[0][0]);
  const auto noted = static_cast<int64_t>(mark_.read().value_or(0));
  if (noted > commits_) {
    const std::string log = path + "-wal";
    auto judged = judge(
        "the last " + std::to_string(noted - commits_) + " changes to " + path + " are not there: its log " + log +
            " is damaged, emptied or deleted, or one of the two is of an earlier time, as in a folder that was copied "
            "while a server ran on it (`teahouse backup` makes a whole copy).",
        settings);
    if (!judged) return judged;
    std::error_code none;  // of what is left of the log, if anything is
    std::filesystem::copy_file(log, log + ".damaged", std::filesystem::copy_options::skip_existing, none);
  }
  // A kill may have left commits in the log that no sync covers: this start sees them, and a power cut would take them.
  // They must be on disk before the mark, or the other plane, says that they were there.
  // Where somebody reads an earlier state, as a copy that is being made, the log stays; the next commit syncs it all.
  const auto checkpoint = database_.execute({"PRAGMA wal_checkpoint(PASSIVE)", {}});
  if (!checkpoint) {
    log::warning("store", checkpoint.error().text);
  } else if (is_complete(checkpoint->rows)) {
    mark_.note(static_cast<uint64_t>(commits_));
  }
  database_.keep_log(false);
  return {};
}

// A second connection holds on to the moment by a transaction that has read, so nobody waits for the copying itself.
Result<void> SqlitePlane::copy(const std::string& path, const std::function<Result<void>()>& meanwhile) {
  Database moment;
  if (auto opened = moment.open(path_); !opened) return opened;
  std::promise<Result<void>> held;
  thread_.post([&] {
    auto taken = moment.run("BEGIN; SELECT number FROM commits");
    held.set_value(taken ? meanwhile() : std::move(taken));
  });
  if (auto done = held.get_future().get(); !done) return done;
  return moment.copy_to(path);
}

Result<void> SqlitePlane::commit() {
  const bool writes = database_.has_written();
  if (writes) {
    const auto counted = database_.execute({"UPDATE commits SET number = ?", {commits_ + 1}});
    if (!counted) return counted.error();
  }
  if (auto committed = database_.run("COMMIT"); !committed) return committed;
  if (writes) mark_.note(static_cast<uint64_t>(++commits_));
  return {};
}

void SqlitePlane::ask(Call call) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= waiting_calls_max) {
    lock.unlock();
    return call.done(
        Error{ErrorKind::resource_constraint, "control plane: too many calls wait for the disk; try again later"});
  }
  waiting_.push_back(std::move(call));
  lock.unlock();
  thread_.post([this] { run_waiting(); });  // finds nothing when an earlier turn took this call along
}

std::deque<Call> SqlitePlane::take_waiting() {
  std::lock_guard lock(mutex_);
  std::deque<Call> calls;
  while (!waiting_.empty() && calls.size() < group_calls_max) {
    calls.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return calls;
}

void SqlitePlane::run_waiting() {
  auto calls = take_waiting();
  if (!calls.empty()) run_group(std::move(calls));
}

void SqlitePlane::run_group(std::deque<Call> calls) {
  std::vector<Call*> wrote;
  bool begun = false;
  for (Call& call : calls) {
    if (!begun) {
      auto done = database_.run("BEGIN");
      if (!done) {
        call.done(tell(Result<Answer>(done.error())));
        continue;
      }
      begun = true;
    }
    call.answer = run_in_savepoint(call);
    if (!database_.in_transaction()) {  // SQLite gave up the whole of it
      Error why = call.answer.error();
      if (is_of_one_call(why.kind)) why.kind = ErrorKind::internal_server_error;
      for (Call* lost : wrote) lost->done(tell(Result<Answer>(why)));
      wrote.clear();
      begun = false;
    }
    if (begun && database_.has_written()) {
      wrote.push_back(&call);
    } else {
      call.done(tell(std::move(call.answer)));
    }
  }
  if (!begun) return;
  const auto committed = commit();
  if (!committed && database_.in_transaction()) (void)database_.run("ROLLBACK");
  answer_group(wrote, committed);
}

void SqlitePlane::answer_group(const std::vector<Call*>& wrote, const Result<void>& committed) {
  if (committed && !wrote.empty()) note_success();
  const bool is_refused = !committed && is_of_one_call(committed.error().kind);
  if (!committed && !is_refused && !is_of_disk(committed.error().kind)) {
    log::error("store", "a commit failed: " + committed.error().text);
  }
  for (Call* call : wrote) {
    if (is_refused) {
      run_alone(*call);
    } else if (!committed && call->answer) {
      call->answer = committed.error();
    }
    call->done(tell(std::move(call->answer)));
  }
}

void SqlitePlane::run_alone(Call& call) {
  auto done = database_.run("BEGIN");
  if (done) {
    call.answer = run_statements(call);
    done = call.answer ? commit() : Result<void>();
    if (database_.in_transaction()) (void)database_.run("ROLLBACK");
  }
  if (!done) call.answer = done.error();
}

Result<Answer> SqlitePlane::run_in_savepoint(const Call& call) {
  static const Statement begin{"SAVEPOINT call", {}}, undo{"ROLLBACK TO call", {}}, end{"RELEASE call", {}};
  if (auto begun = database_.execute(begin); !begun) return begun.error();
  auto answer = run_statements(call);
  if (!database_.in_transaction()) {
    if (answer) answer = Error{ErrorKind::internal_server_error, "control plane: a statement ended the transaction"};
    return answer;
  }
  if (!answer) {
    if (auto undone = database_.execute(undo); !undone) return undone.error();
  }
  if (auto ended = database_.execute(end); !ended) return ended.error();
  return answer;
}

Result<Answer> SqlitePlane::run_statements(const Call& call) {
  Answer last;
  for (const Statement& statement : call.statements) {
    auto answer = database_.execute(statement);
    if (!answer) return answer;
    last = std::move(*answer);
  }
  return last;
}

Result<void> SqlitePlane::migrate(const std::vector<Migration>& migrations) {
  std::promise<Result<void>> done;
  thread_.post([&] { done.set_value(apply_migrations(database_, migrations, [this] { return commit(); })); });
  return done.get_future().get();
}

}  // namespace

Result<std::unique_ptr<ControlPlane>> open_sqlite(const std::string& path, SqliteSettings settings) {
  auto plane = std::make_unique<SqlitePlane>(path == ":memory:" ? std::string() : path + "-mark", settings);
  if (auto opened = plane->open(path, settings); !opened) return opened.error();
  return std::unique_ptr<ControlPlane>(std::move(plane));
}

Result<void> copy_sqlite(ControlPlane& plane, const std::string& path, const std::function<Result<void>()>& meanwhile) {
  return static_cast<SqlitePlane&>(plane).copy(path, meanwhile);
}

Result<void> check_sqlite_copy(const std::string& path) {
  Database copy;
  auto checked = copy.open_as_it_is(path);
  if (checked) checked = copy.check();
  if (checked) return checked;
  return Error{ErrorKind::internal_server_error, path + " is damaged: " + checked.error().text + "."};
}

}  // namespace teahouse::store
