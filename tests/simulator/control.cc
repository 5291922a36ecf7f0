#include "tests/simulator/control.h"

#include <cstdlib>
#include <utility>

namespace teahouse::simulator {
namespace {

void require(const Result<void>& done) {
  if (!done) std::abort();
}

}  // namespace

SimulatedControl::SimulatedControl() { require(database_.open(":memory:")); }

void SimulatedControl::begin_run() {
  dead_ = false;
  require(database_.run("BEGIN"));
}

void SimulatedControl::end_run() {
  require(database_.run("ROLLBACK"));
  database_.forget_prepared();
}

Result<void> SimulatedControl::migrate(const std::vector<store::Migration>& migrations) {
  for (const store::Migration& migration : migrations) {
    for (const std::string& statement : migration.statements) {
      if (auto done = database_.run(statement.c_str()); !done) return done;
    }
  }
  return {};
}

Task<Result<store::Answer>> SimulatedControl::execute(Executor& home, store::Statement statement) {
  std::vector<store::Statement> statements;
  statements.push_back(std::move(statement));
  return transact(home, std::move(statements));
}

Task<Result<store::Answer>> SimulatedControl::transact(Executor& home, std::vector<store::Statement> statements) {
  Async<Result<store::Answer>> answer(
      home, [this, &statements](Async<Result<store::Answer>>::Done done) { done(run(statements)); });
  co_return co_await answer;
}

Result<store::Answer> SimulatedControl::execute_now(const store::Statement& statement) {
  std::vector<store::Statement> statements{statement};
  return run(statements);
}

Result<store::Answer> SimulatedControl::run(const std::vector<store::Statement>& statements) {
  if (dead_) return store::DiskHealth::failing();
  if (auto begun = database_.run("SAVEPOINT call"); !begun) return begun.error();
  auto answer = run_each(statements);
  auto ended = database_.run(answer ? "RELEASE call" : "ROLLBACK TO call; RELEASE call");
  if (!ended) return ended.error();
  return answer;
}

Result<store::Answer> SimulatedControl::run_each(const std::vector<store::Statement>& statements) {
  store::Answer last;
  for (const store::Statement& statement : statements) {
    auto answer = database_.execute(statement);
    if (!answer) return answer;
    last = std::move(*answer);
  }
  return last;
}

}  // namespace teahouse::simulator
