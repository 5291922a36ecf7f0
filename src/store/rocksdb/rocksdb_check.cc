#include "store/rocksdb/rocksdb_check.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <set>

#include "store/rocksdb/chores.h"
#include "store/rocksdb/log_check.h"
#include "store/rocksdb/opening.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/rot_listener.h"
#include "store/rocksdb/set_aside.h"

namespace teahouse::store {
namespace {

using namespace rocks;

constexpr int opening_tries = 20;  // a running server's files change meanwhile

class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

bool is_locked(const std::string& directory) {
  rocksdb::FileLock* lock = nullptr;
  rocksdb::Env* env = rocksdb::Env::Default();
  if (!env->FileExists(directory + "/LOCK").ok()) return false;
  if (!env->LockFile(directory + "/LOCK", &lock).ok()) return true;
  env->UnlockFile(lock);
  return false;
}

class Checking {
 public:
  explicit Checking(const std::string& directory) : directory_(directory) {}

  Result<RocksdbReport> run() {
    if (!has_database(directory_)) {
      report_.faults.push_back(directory_ + " is missing or empty.");
      return std::move(report_);
    }
    report_.in_use = is_locked(directory_);
    if (auto checked = check_all_logs(); !checked) return checked.error();
    auto db = open();
    if (db) {
      check_mark(*db);
      if (auto checked = check_tables(*db); !checked) return checked.error();
    }
    return std::move(report_);
  }

 private:
  Result<void> check_all_logs() {
    const auto logs = check_logs(directory_);
    if (!logs) return logs.error();
    report_.logs = logs->size();
    for (const LogFile& log : *logs) {
      report_.bytes += log.check.bytes();
      last_sequence_ = std::max(last_sequence_, log.check.last_sequence());
      if (!log.check.is_broken() || log.check.records_behind() == 0) continue;  // or a write that is on its way
      report_.faults.push_back(log.path + " is damaged from byte " + std::to_string(log.check.broken_at()) + " on: " +
                               std::to_string(log.check.whole_records()) + " commits before that are whole, and " +
                               std::to_string(log.check.records_behind()) + " behind it.");
    }
    return {};
  }

  std::unique_ptr<rocksdb::DB> open() {
    rocksdb::Options options = make_options();
    options.info_log = std::make_shared<NoLog>();
    options.paranoid_checks = false;  // opens without tables that can't be opened: they are told of one by one
    options.verify_sst_unique_id_in_manifest = false;
    rocksdb::Status status;
    for (int tries = 0; tries < (report_.in_use ? opening_tries : 1); ++tries) {
      rocksdb::DB* opened = nullptr;
      status = rocksdb::DB::OpenForReadOnly(options, directory_, &opened);
      std::unique_ptr<rocksdb::DB> db(opened);
      if (status.ok() && read_notes(*db)) return db;
    }
    report_.faults.push_back(directory_ + " can't be opened: " + status.ToString() + ".");
    return nullptr;
  }

  void check_mark(rocksdb::DB& db) {
    const auto committed = CommitMark(directory_ + "/COMMITTED").read();
    const uint64_t found = std::max(last_sequence_, db.GetLatestSequenceNumber());
    if (report_.in_use || !committed || found >= *committed) return;
    report_.faults.push_back("At least the last " + std::to_string(*committed - found) +
                             " changes that were committed are not there; a log in " + directory_ +
                             " is cut off, deleted, or of an earlier time.");
  }

  // False: a running server has removed a table meanwhile that is needed for it, as when it compacts.
  bool read_notes(rocksdb::DB& db) {
    std::string framed;
    const auto status = db.Get(rocksdb::ReadOptions(), value_key({TenantId::server, "house"}, "bond"), &framed);
    Damages::List aside;
    const auto loaded = load_damages(db, &aside);
    if (report_.in_use && (status.IsPathNotFound() || loaded.IsPathNotFound())) return false;
    if (const auto note = status.ok() ? parse_value(framed) : std::nullopt) report_.house_note = *note;
    if (!loaded.ok()) {
      report_.faults.push_back("The notes of what was set aside can't be read: " + loaded.ToString() + ".");
    }
    for (const Damage& damage : aside) report_.losses.push_back(describe(damage));
    return true;
  }

  Result<void> check_tables(rocksdb::DB& db) {
    std::vector<rocksdb::LiveFileMetaData> tables;
    db.GetLiveFilesMetaData(&tables);
    for (const auto& table : tables) {
      if (table.largestkey.size() >= sizeof(uint64_t)) {
        report_.last_tenant = std::max(report_.last_tenant, static_cast<TenantId>(load_u64(table.largestkey)));
      }
      TableDisk disk(directory_ + "/" + table.relative_filename);
      const auto opened = disk.open();
      if (!opened) return opened.error();
      if (!*opened) {
        if (!report_.in_use) report_.faults.push_back(directory_ + "/" + table.relative_filename + " is missing.");
        continue;
      }
      ++report_.tables;
      report_.bytes += disk.bytes();
      const TableCheck check = disk.check({table.smallestkey, table.largestkey + '\0'}, [](size_t) {});
      for (const Unclear& unclear : check.unclear) {
        report_.faults.push_back(to_text(unclear) + " (" + table.relative_filename + ", " +
                                 std::to_string(unclear.block.bytes) + " bytes from byte " +
                                 std::to_string(unclear.block.offset) + " on).");
      }
      for (const Rot& rot : check.rots) {
        if (rot.part != Rot::Part::filter) continue;
        report_.faults.push_back("A filter of " + table.relative_filename +
                                 " is damaged. Nothing is lost by it; it is put out of use by a server or --take-out.");
      }
      for (Damage& damage : damages_of(table.relative_filename, check, db)) {
        damage.note_key.clear();
        report_.losses.push_back(describe(damage));
      }
    }
    return {};
  }

  const std::string& directory_;
  RocksdbReport report_;
  uint64_t last_sequence_ = 0;
};

// The stores whose rows must be counted again.
void count_again(const std::vector<Loss>& losses, rocksdb::WriteBatch& batch) {
  std::set<std::pair<TenantId, std::string>> stores;
  for (const Loss& loss : losses) {
    for (const Loss::End& end : {loss.first, loss.last}) {
      if (end.tenant != TenantId::server && !end.store.empty()) stores.emplace(end.tenant, end.store);
    }
  }
  for (const auto& [tenant, store] : stores) batch.Put(recount_chore_key({tenant, store}), rocksdb::Slice());
}

// Notes of them are there until all of it is done.
Result<void> give_up_tables(rocksdb::DB& db, const std::string& directory, std::string& left) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  for (const auto& table : tables) {
    TableDisk disk(directory + "/" + table.relative_filename);
    const auto opened = disk.open();
    if (!opened) return opened.error();
    if (!*opened) continue;
    const TableCheck check = disk.check({table.smallestkey, table.largestkey + '\0'}, [](size_t) {});
    if (!check.unclear.empty()) left = "what can't be read, or is not known, is left as it is";
    if (check.rots.empty()) continue;
    if (const auto done = set_aside_alone(db, disk, table.relative_filename, check); !done) return done.error();
  }
  return {};
}

}  // namespace

Result<RocksdbReport> check_rocksdb(const std::string& directory) { return Checking(directory).run(); }

Result<RocksdbReport> take_out_rocksdb(const std::string& directory, const RocksdbSettings& settings) {
  // Opened as a server would: a table that can't be opened is set aside by that.
  const auto listener = std::make_shared<RotListener>();
  auto report = check_rocksdb(directory);
  if (!report) return report;
  auto db =
      open_database(directory, settings, CommitMark(directory + "/COMMITTED"), *rocksdb::Env::Default(), {listener});
  if (!db) return db.error();
  if (auto done = give_up_tables(**db, directory, report->failed); !done) {
    report->failed = done.error().text;
    return report;
  }
  Damages::List noted;
  auto status = load_damages(**db, &noted);
  rocksdb::WriteBatch batch;
  for (const Damage& damage : noted) batch.Delete(damage.note_key);
  count_again(report->losses, batch);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (status.ok()) status = (*db)->Write(options, &batch);
  if (status.ok()) CommitMark(directory + "/COMMITTED").note((*db)->GetLatestSequenceNumber());
  if (status.ok()) status = (*db)->Close();
  if (!status.ok()) report->failed = disk_error(status, "giving up what is damaged").text;
  return report;
}

}  // namespace teahouse::store
