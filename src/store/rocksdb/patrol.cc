#include "store/rocksdb/patrol.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <utility>

#include "base/log.h"
#include "store/rocksdb/set_aside.h"

namespace teahouse::store::rocks {
namespace {

constexpr std::chrono::minutes between_walks(60), before_again(10);
constexpr int niceness = 10, tries_max = 100;
constexpr size_t digits_min = 6;                // of a table's name
constexpr size_t slowly_bytes_per_s = 1 << 20;  // where all tables are looked at though nobody set a rate

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The table that RocksDB names, as "000063.sst" or "table file 63"; "" where it names none.
std::string find_table(const std::string& text) {
  static constexpr std::string_view word = "table file ";
  size_t begin = text.find(".sst"), end = begin;
  if (end == std::string::npos) {
    const size_t at = text.find(word);
    if (at == std::string::npos) return {};
    for (begin = end = at + word.size(); end < text.size() && is_digit(text[end]);) ++end;
  } else {
    while (begin > 0 && is_digit(text[begin - 1])) --begin;
  }
  const std::string number = text.substr(begin, end - begin);
  if (number.empty()) return {};
  return std::string(number.size() < digits_min ? digits_min - number.size() : 0, '0') + number + ".sst";
}

}  // namespace

Patrol::Patrol(rocksdb::DB& db, CommitLog& log, CommitBoard& board, Damages& damages, const RocksdbSettings& settings,
               std::shared_ptr<RotListener> listener)
    : db_(db), log_(log), board_(board), damages_(damages), settings_(settings), listener_(std::move(listener)) {}

void Patrol::start() {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "data-patrol");
  listener_->tell([this](const rocksdb::Status& status) { suspect(status); });
}

void Patrol::suspect(const rocksdb::Status& status) {
  {
    const std::lock_guard lock(mutex_);
    suspects_.insert(find_table(status.ToString()));
  }
  changed_.notify_all();
}

void Patrol::finish() {
  listener_->tell({});
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Patrol::run() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
  while (true) {
    walk();
    const auto next = std::chrono::steady_clock::now() + between_walks;
    while (true) {
      look_at_suspects();
      std::unique_lock lock(mutex_);
      if (finishing_) return;
      const auto is_due = [&] { return finishing_ || !suspects_.empty(); };
      if (!changed_.wait_until(lock, next, is_due)) break;
    }
  }
}

void Patrol::walk() {
  if (settings_.scrub_bytes_per_s == 0) return;
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_.GetLiveFilesMetaData(&tables);
  for (const auto& table : tables) {
    {
      const std::lock_guard lock(mutex_);
      if (finishing_) return;
    }
    look_at_suspects();
    look_at(table, true);
  }
}

void Patrol::look_at_suspects() {
  std::set<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    names = std::exchange(suspects_, {});
  }
  if (!names.empty()) look_at(names);
}

rocksdb::Status Patrol::set_aside_and(const std::function<rocksdb::Status()>& again) {
  auto status = again();
  std::string before;
  for (int tries = 0; is_rot(status) && tries < tries_max; ++tries) {
    const std::string table = find_table(status.ToString());
    if (table.empty() || table == before) break;
    before = table;
    look_at({table});
    status = again();
  }
  return status;
}

void Patrol::look_at(const std::set<std::string>& names) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_.GetLiveFilesMetaData(&tables);
  for (const auto& table : tables) {
    {
      const std::lock_guard lock(mutex_);
      if (finishing_) return;
    }
    const bool is_named = names.contains(table.relative_filename);
    if (is_named || names.contains("")) look_at(table, !is_named);
  }
}

void Patrol::rest(size_t bytes) {
  const size_t rate = settings_.scrub_bytes_per_s == 0 ? slowly_bytes_per_s : settings_.scrub_bytes_per_s;
  const std::chrono::duration<double> due(static_cast<double>(bytes) / static_cast<double>(rate));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, due, [this] { return finishing_ || !suspects_.empty(); });
}

void Patrol::look_at(const rocksdb::LiveFileMetaData& table, bool is_slow) {
  const std::string& name = table.relative_filename;
  TableDisk disk(table.directory + "/" + name);
  const auto opened = disk.open();
  if (opened && !*opened) return;
  const KeyRange keys{table.smallestkey, table.largestkey + '\0'};
  if (opened && is_slow && disk.check(keys, [this](size_t bytes) { rest(bytes); }).whole()) return;
  const std::lock_guard lock(setting_aside_);
  const auto failed = failed_.find(name);
  if (failed != failed_.end() && std::chrono::steady_clock::now() < failed->second + before_again) return;
  disk.forget();  // what was misread once is no rot
  const TableCheck check = opened ? disk.check(keys, [](size_t) {}) : TableCheck();
  if (opened && check.whole()) return;
  tell_unclear(name, check);
  Result<void> aside = opened ? Result<void>() : opened.error();
  if (!check.rots.empty()) {
    aside = set_aside(disk, name, check);
    aside ? unmark(db_.GetName(), name) : mark_for_start(db_.GetName(), name);
  }
  if (aside && check.unclear.empty()) return;
  failed_[name] = std::chrono::steady_clock::now();
  if (aside) return;
  log::error("store", "A table is damaged and can't be set aside: " + aside.error().text, {{"file", name}});
}

void Patrol::tell_unclear(const std::string& name, const TableCheck& check) {
  for (const Unclear& unclear : check.unclear) {
    if (unclear.why == Unclear::Why::unknown && !told_.insert(name).second) continue;
    log::error("store", to_text(unclear),
               {{"file", name},
                {"offset", std::to_string(unclear.block.offset)},
                {"bytes", std::to_string(unclear.block.bytes)}});
  }
}

Result<void> Patrol::set_aside(const TableDisk& disk, const std::string& name, const TableCheck& check) {
  if (check.rots.front().part == Rot::Part::whole) {
    return Error{ErrorKind::internal_server_error, "what leads to its rows is damaged; the next start sets it aside"};
  }
  auto can = disk.check_blanks(check.rots);
  if (can) can = disk.check_names();
  if (!can) return can;
  Damages::List damages = damages_of(name, check, db_);
  if (auto kept = keep(disk, db_.GetName(), damages); !kept) return kept;
  if (const auto noted = damages_.all()) damages = without_noted(std::move(damages), *noted);
  if (auto noted = note(damages); !noted) return noted;
  damages_.add(damages);
  {
    const auto held = hold_tables();
    if (auto done = blank(disk, name, check); !done) return done;
  }
  say(damages, db_.GetName(), settings_.tenant_names);
  return {};
}

Result<void> Patrol::note(const Damages::List& damages) {
  if (damages.empty()) return {};
  const Lsn lsn = log_.append_together([&](Group& group) {
    for (const Damage& damage : damages) group.put(damage.note_key, encode_damage(damage));
  });
  std::promise<Result<void>> committed;
  board_.when(lsn, [&](Result<void> result) { committed.set_value(std::move(result)); });
  return committed.get_future().get();
}

void Patrol::forget(TenantId tenant) {
  const std::lock_guard lock(setting_aside_);
  const auto all = damages_.all();
  if (!all) return;
  const std::string from = tenant_prefix(tenant), to = prefix_end(from);
  for (const Damage& damage : *all) {
    if (damage.keys.from < from || damage.keys.to > to) continue;
    ::unlink(kept_path(db_.GetName(), damage).c_str());
    damages_.forget(damage.note_key);
    log_.append_together([&](Group& group) { group.remove(damage.note_key); });
  }
}

}  // namespace teahouse::store::rocks
