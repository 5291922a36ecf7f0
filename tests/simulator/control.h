// SimulatedControl: the control plane on SQLite in memory, without a thread: what it is asked runs at once, and the
// answer comes when its executor turns. A run is one transaction that is undone at its end, so that each begins with
// the same tenants and accounts.
//
// Thread: one, but for migrate and execute_now.
#pragma once

#include <vector>

#include "store/control_plane.h"
#include "store/sqlite/database.h"

namespace teahouse::simulator {

class SimulatedControl final : public store::ControlPlane {
 public:
  SimulatedControl();

  void begin_run();
  void end_run();
  // The process was killed: each call gets an error, and nothing changes.
  void set_dead(bool dead) { dead_ = dead; }

  Result<void> migrate(const std::vector<store::Migration>& migrations) override;
  Task<Result<store::Answer>> execute(Executor& home, store::Statement statement) override;
  Task<Result<store::Answer>> transact(Executor& home, std::vector<store::Statement> statements) override;
  Result<store::Answer> execute_now(const store::Statement& statement) override;
  Task<Result<void>> scrub(Executor&) override { co_return Result<void>(); }
  Task<Result<void>> shorten_log(Executor&) override { co_return Result<void>(); }
  Result<void> try_write() override { return {}; }

 private:
  Result<store::Answer> run(const std::vector<store::Statement>& statements);
  Result<store::Answer> run_each(const std::vector<store::Statement>& statements);

  store::sqlite::Database database_;
  bool dead_ = false;
};

}  // namespace teahouse::simulator
