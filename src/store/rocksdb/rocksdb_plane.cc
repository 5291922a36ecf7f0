// The plane joins a database, the log that writes it, two threads that read it, one for long work and one that looks
// for damage. It ends in the order in which they need each other: chores and patrol append and wait for commits; the
// log's last commit lets waiting reads start; reads need the database.
#include "store/rocksdb/rocksdb_plane.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "base/log.h"
#include "store/commit_mark.h"
#include "store/rocksdb/chores.h"
#include "store/rocksdb/commit_log.h"
#include "store/rocksdb/fenced_db.h"
#include "store/rocksdb/flushing.h"
#include "store/rocksdb/opening.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/pace.h"
#include "store/rocksdb/patient_files.h"
#include "store/rocksdb/patrol.h"
#include "store/rocksdb/reader.h"
#include "store/rocksdb/set_aside.h"

namespace teahouse::store {
namespace {

using namespace rocks;

constexpr size_t reading_threads = 2;
constexpr std::string_view layout_version = "1";

// The disk as the database sees it.
struct Disk {
  Patience patience;
  const std::unique_ptr<rocksdb::Env> env;

  Disk(const std::string& directory, const RocksdbSettings& settings)
      : patience({.silent = std::chrono::milliseconds(settings.silent_ms)}),
        env(rocksdb::NewCompositeEnv(make_patient_files(
            settings.files ? settings.files : rocksdb::FileSystem::Default(), directory, patience))) {}
};

class RocksdbPlane final : public DataPlane {
 public:
  RocksdbPlane(std::unique_ptr<Disk> disk, std::unique_ptr<rocksdb::DB> db, const std::string& mark,
               const RocksdbSettings& settings, std::shared_ptr<RotListener> listener, std::shared_ptr<Pace> pace)
      : DataPlane(settings.health),
        questions_(settings.questions),
        pace_(std::move(pace)),
        disk_(std::move(disk)),
        db_(std::move(db)),
        mark_(mark),
        flushing_(*db_),
        log_(*db_, flushing_, disk_->patience, mark_, board_, ranks_, settings,
             [this](StoreId store) { chores_.recount(std::move(store)); }),
        patrol_(*db_, log_, board_, damages_, settings, std::move(listener)),
        readable_(db_, damages_, [this](const rocksdb::Status& status) { patrol_.suspect(status); }),
        walkable_(db_, no_damages_, [this](const rocksdb::Status& status) { patrol_.suspect(status); }),
        chores_(walkable_, flushing_, log_, board_, patrol_),
        closing_(settings.closing_ms) {}

  ~RocksdbPlane() override {
    disk_->patience.end_within(closing_);
    board_.forget_watchers();
    pace_->finish();
    chores_.finish();
    patrol_.finish();
    log_.finish();
    readers_.finish();
    auto status = db_->Close();
    if (!status.ok()) log::error("store", disk_error(status, "closing").text);
  }

  // Rot among the notes of the house is set aside before anything needs them.
  rocksdb::Status read_damages() {
    auto status = patrol_.set_aside_and([this] { return read_house(); });
    Damages::List damages;
    if (status.ok()) status = load_damages(*db_, &damages);
    damages_.set(std::move(damages));
    return status;
  }
  // All is read and whole: from now on what the disk refuses is tried again.
  rocksdb::Status resume() {
    if (board_.is_interrupted()) return rocksdb::Status::IOError("the disk takes no writes");
    disk_->patience.begin({[this](const rocksdb::Status& status) { on_refused(status); }, [this] { on_done(); }});
    patrol_.start();
    return chores_.resume();
  }

  Lsn appended() const override { return log_.appended(); }
  Lsn committed() const override { return board_.committed(); }
  bool congested() const override { return log_.congested(); }
  void watch_commits(Executor& home, std::function<void(Lsn)> committed) override {
    board_.watch(home, std::move(committed));
  }

  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override {
    if (tenant == TenantId::server) {
      co_return Error{ErrorKind::not_allowed, "data plane: tenant 0 is the house, which can't be removed"};
    }
    const Lsn lsn = log_.remove_tenant(tenant, scrub_chore_key(tenant));
    auto removed = co_await wait(home, lsn);
    if (removed) chores_.scrub(tenant);
    co_return removed;
  }
  void retry_chores() override { chores_.retry(); }
  Result<void> finish_chores() {
    std::promise<Result<void>> finished;
    chores_.when_done([&](Result<void> result) { finished.set_value(std::move(result)); });
    return finished.get_future().get();
  }

  Result<void> visit_keys(const std::function<void(std::string_view, std::string_view)>& visit) {
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
    for (at->SeekToFirst(); at->Valid(); at->Next()) visit(at->key().ToStringView(), at->value().ToStringView());
    if (!at->status().ok()) return disk_error(at->status(), "walking through all keys");
    return {};
  }
  // All that was written is committed; and after a flush that failed RocksDB is made to go on.
  Result<void> begin_flushing() { return commit(flushing_.has_failed() ? log_.append_resuming() : log_.appended()); }
  Result<void> flush() {
    if (auto begun = begin_flushing(); !begun) return begun;
    const auto status = flushing_.flush();
    if (!status.ok()) return disk_error(status, "taking the log into tables");
    return {};
  }
  Result<void> copy(const std::string& directory) {
    if (auto begun = begin_flushing(); !begun) return begun;
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(db_.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    const auto held = patrol_.hold_tables();
    if (status.ok()) {
      status = flushing_.begin_with_flush([&] { return checkpoint->CreateCheckpoint(directory); });
    }
    if (!status.ok()) return disk_error(status, "copying to " + directory);
    return {};
  }
  // Blocks until it is committed.
  Result<void> commit(Lsn lsn) {
    std::promise<Result<void>> committed;
    board_.when(lsn, [&](Result<void> result) { committed.set_value(std::move(result)); });
    return committed.get_future().get();
  }

 protected:
  Lsn write(const Write& write, const Write* with) override { return log_.append(write, with); }

  void read(TenantId tenant, std::function<void(Result<DataReader*>)> job) override {
    board_.when(log_.appended_for(tenant),
                [this, job = std::move(job), question = questions_->begin()](Result<void> committed) {
                  if (!committed) return job(committed.error());
                  readers_.post([this, job, question] {
                    Reader reader(readable_, ranks_);
                    job(&reader);
                  });
                });
  }

  void when_committed(Lsn lsn, std::function<void(Result<void>)> done) override { board_.when(lsn, std::move(done)); }

  void trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) override {
    chores_.trim(std::move(store), {older_than_ms, arrivals().latest_ms(older_than_ms)}, std::move(done));
  }

 private:
  void on_refused(const rocksdb::Status& status) {
    const bool is_full = status.IsNoSpace();
    log::error("store", "The disk takes no writes; they wait, and are tried again until it does",
               {{"why", status.ToString()}});
    health().raise(is_full ? DiskHealth::data_waits | DiskHealth::data_is_full : DiskHealth::data_waits);
    board_.interrupt(is_full ? DiskHealth::full() : DiskHealth::failing());
    log_.on_interrupted();
  }
  void on_done() {
    board_.resume();
    health().clear(DiskHealth::data_waits | DiskHealth::data_is_full);
    log::info("store", "The disk takes writes again; all that waited is stored");
    chores_.retry();
  }

  rocksdb::Status read_house() {
    const std::string house = tenant_prefix(TenantId::server);
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
    for (at->Seek(house); at->Valid() && at->key().starts_with(house);) at->Next();
    return at->status();
  }

  const std::shared_ptr<Questions> questions_;
  const std::shared_ptr<Pace> pace_;
  const std::unique_ptr<Disk> disk_;
  const std::shared_ptr<rocksdb::DB> db_;
  Damages damages_;
  const Damages no_damages_;
  CommitMark mark_;
  CommitBoard board_;
  Workers readers_{reading_threads, "data-read"};
  Flushing flushing_;
  RowRanks ranks_;
  CommitLog log_;
  Patrol patrol_;
  FencedDb readable_, walkable_;  // chores go on beside what is damaged
  Chores chores_;
  const std::chrono::milliseconds closing_;
};

Result<void> check_layout(rocksdb::DB& db, const std::string& directory) {
  const std::string key = store_prefix(Kind::format, {TenantId::server, "layout"});
  std::string version;
  auto status = db.Get(rocksdb::ReadOptions(), key, &version);
  if (status.ok() && version == layout_version) return {};
  if (status.ok()) {
    return Error{ErrorKind::internal_server_error,
                 "data plane: its layout is " + version + ", of a later Teahouse; this one knows " +
                     std::string(layout_version) + ": install the later one again, or restore a backup"};
  }
  if (!status.IsNotFound()) return open_error(status, directory);
  rocksdb::WriteOptions options;
  options.sync = true;
  status = db.Put(options, key, std::string(layout_version));
  if (!status.ok()) return open_error(status, directory);
  return {};
}

rocksdb::Status read_arrival_order(rocksdb::DB& db, ArrivalOrder& order) {
  std::string framed;
  const auto status =
      db.Get(rocksdb::ReadOptions(),
             value_key({TenantId::server, std::string(ArrivalOrder::store_name)}, ArrivalOrder::key), &framed);
  if (status.IsNotFound()) return rocksdb::Status::OK();
  const auto noted = parse_value(framed);
  if (status.ok() && !noted) return rocksdb::Status::Corruption("the order of arrival is noted by a later version");
  if (status.ok()) order.read(*noted);
  return status;
}

Result<std::unique_ptr<DataPlane>> open_once(const std::string& directory, const RocksdbSettings& settings) {
  const std::string mark = directory + "/COMMITTED";
  const auto listener = std::make_shared<RotListener>();
  // tidy: allow sleep: a thread of RocksDB's rests, for which nobody waits
  const auto rest = [](std::chrono::microseconds time) { std::this_thread::sleep_for(time); };
  const auto pace = std::make_shared<Pace>(settings.calm_bytes_per_s, rest);
  auto disk = std::make_unique<Disk>(directory, settings);
  auto opened = open_database(directory, settings, CommitMark(mark), *disk->env, {listener, pace});
  if (!opened) return opened.error();
  rocksdb::DB& database = **opened;
  auto plane = std::make_unique<RocksdbPlane>(std::move(disk), std::move(*opened), mark, settings, listener, pace);
  if (auto status = plane->read_damages(); !status.ok()) return open_error(status, directory);
  if (auto checked = check_layout(database, directory); !checked) return checked.error();
  auto status = read_arrival_order(database, plane->arrivals());
  if (status.ok()) status = plane->resume();
  if (!status.ok()) return open_error(status, directory);
  return std::unique_ptr<DataPlane>(std::move(plane));
}

}  // namespace

Result<std::unique_ptr<DataPlane>> open_rocksdb(const std::string& directory, RocksdbSettings settings) {
  auto plane = open_once(directory, settings);
  // The first reads may need a table whose end is rotten and that RocksDB had not opened: it is marked by now.
  if (!plane && has_marks(directory)) plane = open_once(directory, settings);
  return plane;
}

bool has_rocksdb(const std::string& directory) { return rocks::has_database(directory); }

Result<void> finish_chores(DataPlane& plane) { return static_cast<RocksdbPlane&>(plane).finish_chores(); }

Result<void> flush_rocksdb(DataPlane& plane) { return static_cast<RocksdbPlane&>(plane).flush(); }

Result<void> copy_rocksdb(DataPlane& plane, const std::string& directory) {
  return static_cast<RocksdbPlane&>(plane).copy(directory);
}

Result<void> for_each_key(DataPlane& plane, const std::function<void(std::string_view, std::string_view)>& visit) {
  auto& rocks = static_cast<RocksdbPlane&>(plane);
  if (auto done = rocks.commit(rocks.appended()); !done) return done;
  return rocks.visit_keys(visit);
}

}  // namespace teahouse::store
