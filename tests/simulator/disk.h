// SimulatedPlane: the data plane of one run of the server, on a disk that outlives it.
//
// Writes go to the disk in groups: all that the loops appended until one begins, after a delay. When the process is
// killed, the group that is being written is on the disk whole or not at all (a torn one is not taken), and what waited
// behind it is gone. Reads are late as well, and see what is on the disk. A failing disk takes nothing until it
// recovers.
//
// Thread: one. Lifetime: the rows of the disk and the schedule outlive it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "store/commit_board.h"
#include "store/memory/memory_rows.h"
#include "tests/simulator/chance.h"
#include "tests/simulator/schedule.h"

namespace teahouse::simulator {

class SimulatedPlane final : public store::DataPlane {
 public:
  // `loses`: it lies about some of what it was given (a cheat).
  SimulatedPlane(store::MemoryRows& disk, Schedule& schedule, Chance& chance, bool loses);
  ~SimulatedPlane() override { board_.forget_watchers(); }

  // Each group takes up to so long from now on.
  void set_delay_ms(int64_t most_ms) { delay_ms_ = most_ms; }
  void fail();
  void recover();
  // Those that wait get an error, and nothing comes to the disk any more.
  void kill();

  // Nothing is under way: all is on the disk, and all questions are answered.
  bool is_at_rest() const { return committed() == appended() && reading_.empty(); }
  Lsn appended() const override { return appended_; }
  Lsn committed() const override { return board_.committed(); }
  bool congested() const override { return waiting_.size() > congested_from; }
  void watch_commits(Executor& home, std::function<void(Lsn)> committed) override;
  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override;

 protected:
  Lsn write(const store::Write& write, const store::Write* with) override;
  void read(TenantId tenant, std::function<void(Result<store::DataReader*>)> job) override;
  void when_committed(Lsn lsn, std::function<void(Result<void>)> done) override;
  void trim(store::StoreId store, int64_t older_than_ms,
            std::function<void(Result<store::ArchiveStore::Trimmed>)> done) override;

 private:
  using Change = std::function<void(store::MemoryRows&)>;
  using Job = std::function<void(Result<store::DataReader*>)>;
  static constexpr size_t congested_from = 200;

  Lsn change(TenantId tenant, Change change);
  void begin_group();
  void end_group();
  void read_one();

  store::MemoryRows& disk_;
  Schedule& schedule_;
  Chance& chance_;
  const bool loses_;
  store::CommitBoard board_;
  std::vector<Change> waiting_, writing_;
  Lsn appended_ = Lsn::none, writing_until_ = Lsn::none;
  std::map<TenantId, Lsn> last_of_;
  std::deque<Job> reading_;
  int64_t delay_ms_ = 20;
  bool failing_ = false, dead_ = false, ending_ = false;
};

}  // namespace teahouse::simulator
