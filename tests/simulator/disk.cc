#include "tests/simulator/disk.h"

#include <utility>

#include "store/disk_health.h"

namespace teahouse::simulator {
namespace {

constexpr int64_t patience_ms = 1000;  // then those that wait for a failing disk hear of it

// A write whose bytes are its own.
struct KeptWrite {
  store::WriteKind kind;
  store::StoreId store;
  std::string key, entry, value;
  store::ArchiveId id;
  int64_t at_ms;

  explicit KeptWrite(const store::Write& write)
      : kind(write.kind),
        store(write.store),
        key(write.key),
        entry(write.entry),
        value(write.value),
        id(write.id),
        at_ms(write.at_ms) {}
  void apply_to(store::MemoryRows& rows) const { rows.apply({kind, store, key, entry, id, value, at_ms}); }
};

}  // namespace

SimulatedPlane::SimulatedPlane(store::MemoryRows& disk, Schedule& schedule, Chance& chance, bool loses)
    : disk_(disk), schedule_(schedule), chance_(chance), loses_(loses) {
  const store::StoreId arrivals{TenantId::server, std::string(store::ArrivalOrder::store_name)};
  const auto noted = disk_.make_reader()->value(arrivals, store::ArrivalOrder::key);
  this->arrivals().read(noted->value_or(""));
}

Lsn SimulatedPlane::change(TenantId tenant, Change change) {
  last_of_[tenant] = appended_ = next(appended_);
  if (dead_) return appended_;
  waiting_.push_back(std::move(change));
  Executor::at_end_of_this_turn([this] { begin_group(); });
  return appended_;
}

void SimulatedPlane::begin_group() {
  if (!writing_.empty() || waiting_.empty() || failing_ || dead_) return;
  writing_.swap(waiting_);
  writing_until_ = appended_;
  ending_ = true;
  schedule_.after(chance_.between(0, delay_ms_), [this] { end_group(); });
}

void SimulatedPlane::end_group() {
  ending_ = false;
  if (failing_) return;
  for (const Change& change : writing_) change(disk_);
  writing_.clear();
  board_.advance(writing_until_);
  begin_group();
}

void SimulatedPlane::fail() {
  if (std::exchange(failing_, true)) return;
  schedule_.after(patience_ms, [this] {
    if (!failing_) return;
    health().raise(store::DiskHealth::data_waits);
    board_.interrupt(store::DiskHealth::failing());
  });
}

void SimulatedPlane::recover() {
  if (!std::exchange(failing_, false)) return;
  board_.resume();
  health().clear(store::DiskHealth::data_waits);
  if (!writing_.empty() && !ending_) end_group();
  begin_group();
}

void SimulatedPlane::kill() {
  dead_ = true;
  if (chance_.one_in(2)) {
    for (const Change& change : writing_) change(disk_);
  }
  writing_.clear();
  waiting_.clear();
  board_.forget_watchers();
  board_.interrupt(store::DiskHealth::failing());
  for (auto jobs = std::exchange(reading_, {}); const Job& job : jobs) job(store::DiskHealth::failing());
}

void SimulatedPlane::watch_commits(Executor& home, std::function<void(Lsn)> committed) {
  board_.watch(home, std::move(committed));
}

void SimulatedPlane::when_committed(Lsn lsn, std::function<void(Result<void>)> done) {
  board_.when(lsn, std::move(done));
}

Lsn SimulatedPlane::write(const store::Write& write, const store::Write* with) {
  if (loses_ && write.kind == store::WriteKind::append_row && chance_.one_in(20)) return appended_;
  std::vector<KeptWrite> kept = {KeptWrite(write)};
  if (with) kept.emplace_back(*with);
  return change(write.store.tenant, [kept = std::move(kept)](store::MemoryRows& rows) {
    for (const KeptWrite& each : kept) each.apply_to(rows);
  });
}

void SimulatedPlane::read(TenantId tenant, Job job) {
  board_.when(last_of_[tenant], [this, job = std::move(job)](Result<void> committed) {
    if (!committed || dead_ || board_.is_interrupted()) return job(store::DiskHealth::failing());
    reading_.push_back(job);
    if (chance_.one_in(2)) return read_one();
    schedule_.after(chance_.between(0, delay_ms_), [this] { read_one(); });
  });
}

// The one that has waited longest, whichever was due.
void SimulatedPlane::read_one() {
  if (reading_.empty()) return;
  const Job job = std::move(reading_.front());
  reading_.pop_front();
  job(disk_.make_reader().get());
}

Task<Result<void>> SimulatedPlane::remove_tenant(Executor& home, TenantId tenant) {
  const Change remove = [tenant](store::MemoryRows& rows) { rows.remove(tenant); };
  const Lsn lsn = change(tenant, remove);
  co_return co_await wait(home, lsn);
}

void SimulatedPlane::trim(store::StoreId store, int64_t older_than_ms,
                          std::function<void(Result<store::ArchiveStore::Trimmed>)> done) {
  const auto trimmed = std::make_shared<store::ArchiveStore::Trimmed>();
  const Lsn lsn = change(store.tenant, [store, older_than_ms, trimmed](store::MemoryRows& rows) {
    *trimmed = rows.trim(store, older_than_ms);
  });
  board_.when(lsn, [done = std::move(done), trimmed](Result<void> committed) {
    if (!committed) return done(committed.error());
    done(*trimmed);
  });
}

}  // namespace teahouse::simulator
