// RocksDB alone opens too much. Without CURRENT it makes a new database among the old one's files; behind a damaged
// place in a log it drops all that follows, and then the log; a log that is not there, or ends early, it does not miss.
// So before it may change anything: the files that only an old database has are looked for, the logs are read through
// (log_check.h), and what they hold is compared with what the last run says that it had committed (commit_mark.h).
// Only what is a torn tail is left to RocksDB to drop.
//
// A table that can't be opened is set aside (set_aside.h), since RocksDB would open nothing of anybody.
//
// Where the logs end before the mark, all of them may have gone into tables, as they do. A look without writing at the
// whole database tells.
#include "store/rocksdb/opening.h"

#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "store/rocksdb/log_check.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/set_aside.h"

namespace teahouse::store::rocks {
namespace {

namespace fs = std::filesystem;

constexpr const char* what_to_do =
    " A folder that was copied while a server ran on it is like that; `teahouse backup` makes a whole copy. Put data/ "
    "and control.db* back from one backup. `teahouse serve --accept-loss` goes on with what is whole.";

Error refused(const std::string& why) { return {ErrorKind::internal_server_error, "data plane: " + why + what_to_do}; }

class Opening {
 public:
  Opening(const std::string& directory, const RocksdbSettings& settings, const CommitMark& mark, rocksdb::Env& env,
          std::vector<std::shared_ptr<rocksdb::EventListener>> listeners)
      : directory_(directory), settings_(settings), mark_(mark), options_(make_options(&env)) {
    options_.avoid_flush_during_recovery = settings.is_disk_tight;
    options_.listeners = std::move(listeners);
  }

  Result<std::unique_ptr<rocksdb::DB>> run() {
    if (auto found = find_database(); !found) return found.error();
    if (auto free = check_lock(); !free) return free.error();
    if (is_there_) {
      if (auto checked = check_all_logs(); !checked) return checked.error();
      if (auto checked = check_mark(); !checked) return checked.error();
      say_torn();
    }
    return open();
  }

 private:
  // Whether there is one, and whole as far as names tell.
  Result<void> find_database() {
    std::error_code failed;
    is_there_ = fs::exists(directory_ + "/CURRENT", failed);
    if (failed) {
      return Error{ErrorKind::internal_server_error, "data plane: " + directory_ + " can't be read: " +
                                                         failed.message() + ". Is it of the user who runs this?"};
    }
    if (!is_there_ && has_database(directory_)) {
      if (!settings_.accept_loss) return refused("the file " + directory_ + "/CURRENT is missing.");
      is_there_ = needs_repair_ = true;
    }
    if (!is_there_ && !settings_.may_be_made) return refused(directory_ + " is missing or empty.");
    fs::create_directories(directory_, failed);
    if (failed) {
      return Error{ErrorKind::internal_server_error,
                   "data plane: the directory " + directory_ + " can't be made: " + failed.message()};
    }
    return {};
  }

  // Before its files are judged: those of a running one change.
  Result<void> check_lock() {
    rocksdb::FileLock* lock = nullptr;
    rocksdb::Env* env = rocksdb::Env::Default();
    const auto status = env->LockFile(directory_ + "/LOCK", &lock);
    if (status.ok()) env->UnlockFile(lock);
    if (status.ok()) return {};
    if (status.IsNoSpace()) return open_error(status, directory_);
    return Error{ErrorKind::internal_server_error,
                 "data plane: " + directory_ +
                     " can't be locked; is another teahouse running on it, or is it another user's? (" +
                     status.ToString() + ")"};
  }

  Result<void> check_all_logs() {
    auto logs = check_logs(directory_);
    if (!logs) return logs.error();
    for (size_t i = 0; i < logs->size(); ++i) {
      const LogCheck& check = (*logs)[i].check;
      last_sequence_ = std::max(last_sequence_, check.last_sequence());
      if (!check.is_broken()) continue;
      uint64_t behind = check.records_behind(), last_behind = 0;
      for (size_t later = i + 1; later < logs->size(); ++later) {
        behind += (*logs)[later].check.whole_records() + (*logs)[later].check.records_behind();
        last_behind = std::max(last_behind, (*logs)[later].check.last_sequence());
      }
      // An opening that was itself cut short leaves a torn log beside the next one, to which RocksDB goes on.
      if (check.records_behind() == 0 && behind > 0 && reads_up_to(last_behind)) behind = 0;
      if (auto judged = judge((*logs)[i], behind); !judged) return judged;
    }
    return {};
  }

  bool reads_up_to(uint64_t sequence) {
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(lenient(), directory_, &opened);
    const std::unique_ptr<rocksdb::DB> db(opened);
    return status.ok() && db->GetLatestSequenceNumber() >= sequence;
  }

  Result<void> judge(const LogFile& log, uint64_t records_behind) {
    const std::string place = log.path + " from byte " + std::to_string(log.check.broken_at()) + " on";
    if (records_behind == 0) {
      torn_ = log.path;
      torn_bytes_ = log.check.bytes() - log.check.broken_at();
      return {};
    }
    const std::string text = "the log is damaged, " + place + ": " + std::to_string(log.check.whole_records()) +
                             " commits before that are whole, and " + std::to_string(records_behind) +
                             " behind it; how many there were in between cannot be known.";
    if (!settings_.accept_loss) return refused(text);
    const std::string kept = directory_ + ".damaged-" + fs::path(log.path).filename().string();
    std::error_code failed;
    fs::copy_file(log.path, kept, fs::copy_options::skip_existing, failed);
    if (failed) {
      return Error{ErrorKind::internal_server_error,
                   "data plane: the damaged log can't be kept as " + kept + ": " + failed.message()};
    }
    log::warning("store", "The damaged part of a log is left out: " + text, {{"kept", kept}});
    options_.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    return {};
  }

  Result<void> check_mark() {
    const auto committed = mark_.read();
    if (!committed || last_sequence_ >= *committed || needs_repair_) return {};
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(lenient(), directory_, &opened);
    const std::unique_ptr<rocksdb::DB> db(opened);
    if (!status.ok()) return settings_.accept_loss ? Result<void>() : open_error(status, directory_);
    const uint64_t found = db->GetLatestSequenceNumber();
    if (found >= *committed) return {};
    const std::string text = "at least the last " + std::to_string(*committed - found) +
                             " changes that were committed are not there; a log (*.log) in " + directory_ +
                             " is cut off, deleted, or of an earlier time.";
    if (!settings_.accept_loss) return refused(text);
    log::warning("store", "Going on without what is lost: " + text);
    return {};
  }

  void say_torn() const {
    if (torn_.empty()) return;
    log::warning("store", "A write that was on its way when the last run ended is cut off; it is dropped",
                 {{"file", torn_}, {"bytes", std::to_string(torn_bytes_)}});
  }

  Result<std::unique_ptr<rocksdb::DB>> open() {
    rocksdb::DB* opened = nullptr;
    options_.create_if_missing = !is_there_;
    auto status = needs_repair_ ? repair() : rocksdb::Status::OK();
    if (has_replaced_tables(directory_)) options_.verify_sst_unique_id_in_manifest = false;
    if (has_marks(directory_) && !needs_repair_) {
      if (const auto aside = set_tables_aside(); !aside) return aside.error();
      remove_marks(directory_);
    }
    if (status.ok()) status = rocksdb::DB::Open(options_, directory_, &opened);
    if (status.IsCorruption() && !needs_repair_) {
      const auto aside = set_tables_aside();
      if (!aside) return aside.error();
      if (*aside) status = rocksdb::DB::Open(options_, directory_, &opened);
    }
    const bool may_repair = settings_.accept_loss && !needs_repair_;
    if (may_repair && (status.IsCorruption() || status.IsPathNotFound())) {
      log::warning("store", "The data plane is damaged: " + status.ToString());
      status = repair();
      if (status.ok()) status = rocksdb::DB::Open(options_, directory_, &opened);
    }
    std::unique_ptr<rocksdb::DB> db(opened);
    if (status.ok() && options_.verify_sst_unique_id_in_manifest && may_have_blank(*db)) {
      db.reset();
      if (const auto aside = set_tables_aside(); !aside) return aside.error();
      status = rocksdb::DB::Open(options_, directory_, &opened);
      db.reset(opened);
    }
    if (!status.ok()) return open_error(status, directory_);
    return db;
  }

  // Whether a table may have been replaced that is there: also in what a backup without lost/ was restored to. The
  // notes say it, or can't be read for it.
  bool may_have_blank(rocksdb::DB& db) const {
    Damages::List noted;
    if (!load_damages(db, &noted).ok()) return true;
    return std::ranges::any_of(noted, [&](const Damage& damage) {
      std::error_code ignored;
      return damage.kept == damage.file && fs::exists(directory_ + "/" + damage.file, ignored);
    });
  }

  // Opens also beside tables that can't be opened.
  rocksdb::Options lenient() const {
    rocksdb::Options options = options_;
    options.paranoid_checks = false;
    options.disable_auto_compactions = true;
    options.verify_sst_unique_id_in_manifest = false;
    return options;
  }

  // Tables that are there and can't be opened, without which RocksDB opens nothing of anybody, and those that the last
  // run has marked. False where that is not what is wrong; then nothing is changed.
  Result<bool> set_tables_aside() {
    const auto tables = find_rotten_tables();
    if (tables.empty() && !has_blank_) return false;
    options_.verify_sst_unique_id_in_manifest = false;  // a blank does not prove that it is the table
    if (tables.empty()) return true;
    rocksdb::DB* opened = nullptr;
    if (const auto status = rocksdb::DB::Open(lenient(), directory_, &opened); !status.ok()) {
      return open_error(status, directory_);
    }
    const std::unique_ptr<rocksdb::DB> db(opened);
    for (const auto& table : tables) {
      if (auto aside = set_aside(*db, table); !aside) return aside.error();
    }
    return true;
  }

  // None where one is missing or cut off, too: that is no rot.
  std::vector<rocksdb::LiveFileMetaData> find_rotten_tables() {
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::OpenForReadOnly(lenient(), directory_, &opened).ok()) return {};
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::vector<rocksdb::LiveFileMetaData> tables, rotten;
    db->GetLiveFilesMetaData(&tables);
    for (const auto& table : tables) {
      const std::string path = directory_ + "/" + table.relative_filename;
      std::error_code failed;
      if (fs::file_size(path, failed) != table.size || failed) return {};
      rocksdb::SstFileReader reader(lenient());
      if (is_marked(directory_, table.relative_filename) || !reader.Open(path).ok()) {
        rotten.push_back(table);
      } else if (reader.GetTableProperties()->db_id.empty()) {
        has_blank_ = true;
      }
    }
    return rotten;
  }

  Result<void> set_aside(rocksdb::DB& db, const rocksdb::LiveFileMetaData& table) {
    TableDisk disk(directory_ + "/" + table.relative_filename);
    if (const auto there = disk.open(); !there || !*there) return there ? Result<void>() : there.error();
    disk.forget();  // what was misread once is no rot
    const TableCheck check = disk.check({table.smallestkey, table.largestkey + '\0'}, [](size_t) {});
    for (const Unclear& unclear : check.unclear) {
      log::error("store", to_text(unclear), {{"file", table.relative_filename}});
    }
    if (!check.rots.empty()) {
      const auto damages = set_aside_alone(db, disk, table.relative_filename, check);
      if (!damages) return damages.error();
      say(*damages, directory_, settings_.tenant_names);
    }
    return {};
  }

  rocksdb::Status repair() {
    log::warning("store", "The data plane is put together from its tables and logs that are whole; others go to lost/",
                 {{"directory", directory_}});
    return rocksdb::RepairDB(directory_, options_);
  }

  const std::string& directory_;
  const RocksdbSettings& settings_;
  const CommitMark& mark_;
  rocksdb::Options options_;
  bool is_there_ = false, needs_repair_ = false;
  bool has_blank_ = false;  // in a whole table's place
  uint64_t last_sequence_ = 0;
  std::string torn_;  // the log with a torn tail, if any
  uint64_t torn_bytes_ = 0;
};

}  // namespace

Error open_error(const rocksdb::Status& status, const std::string& directory) {
  if (status.IsNoSpace()) {
    return {ErrorKind::internal_server_error,
            "data plane: the disk of " + directory + " is full. Make room on it, and start it again."};
  }
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return refused(directory + " is damaged: " + status.ToString() + ".");
  }
  if (status.IsIOError()) {
    return {ErrorKind::internal_server_error,
            "data plane: " + directory + " can't be read or written: " + status.ToString() +
                ". Look after its disk (is it mounted read-only? what does dmesg say?), and start it again."};
  }
  return disk_error(status, "opening " + directory);
}

bool has_database(const std::string& directory) {
  std::error_code failed;
  if (fs::exists(directory + "/CURRENT", failed)) return true;
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string type = at->path().extension().string();
    if (type == ".sst" || (type == ".log" && at->file_size(failed) > 0)) return true;
  }
  return false;
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const std::string& directory, const RocksdbSettings& settings,
                                                   const CommitMark& mark, rocksdb::Env& env,
                                                   std::vector<std::shared_ptr<rocksdb::EventListener>> listeners) {
  return Opening(directory, settings, mark, env, std::move(listeners)).run();
}

}  // namespace teahouse::store::rocks
