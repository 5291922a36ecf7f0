#include "store/rocksdb/set_aside.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/log.h"
#include "store/arrival_order.h"
#include "store/note_words.h"
#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {
namespace {

namespace fs = std::filesystem;

constexpr const char* mark_type = ".at-start";

// No row that there is has a later id: so far the order of arrival is noted.
uint64_t newest_row(rocksdb::DB& db) {
  std::string framed;
  const std::string key = value_key({TenantId::server, std::string(ArrivalOrder::store_name)}, ArrivalOrder::key);
  const auto status = db.Get(rocksdb::ReadOptions(), key, &framed);
  auto noted = status.ok() ? parse_value(framed) : std::nullopt;
  if (!noted) return UINT64_MAX;
  return static_cast<uint64_t>(first_id_at(take_number(*noted) + 1));
}

void say_filter(const std::string& table, const TableCheck& check) {
  const auto is_filter = [](const Rot& rot) { return rot.part == Rot::Part::filter; };
  if (std::ranges::none_of(check.rots, is_filter)) return;
  log::warning("store", "A filter of a table was damaged and is put out of use; nothing is lost", {{"file", table}});
}

std::string mark_path(const std::string& directory, const std::string& table) {
  return directory + "/lost/" + table + mark_type;
}

// Whether there is a file of this type in lost/ that `is_it` takes.
bool has_in_lost(const std::string& directory, const char* type,
                 const std::function<bool(const std::string& name)>& is_it) {
  std::error_code failed;
  for (fs::directory_iterator at(directory + "/lost", failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == type && is_it(at->path().filename().string())) return true;
  }
  return false;
}

}  // namespace

Damages::List damages_of(const std::string& table, const TableCheck& check, rocksdb::DB& db) {
  Damages::List damages;
  for (const Rot& rot : check.rots) {
    if (rot.part == Rot::Part::filter) continue;
    if (!damages.empty() && damages.back().keys.to == rot.keys.from) {
      damages.back().keys.to = rot.keys.to;
      damages.back().block.bytes = rot.block.offset + rot.block.bytes - damages.back().block.offset;
      continue;
    }
    Damage& damage = damages.emplace_back();
    damage.keys = rot.keys;
    damage.newest = newest_row(db);
    damage.sequence = db.GetLatestSequenceNumber();
    damage.file = table;
    const bool is_whole = rot.part != Rot::Part::data;
    damage.block = is_whole ? Block{0, check.file_bytes} : rot.block;
    damage.entries = check.lost_entries;
    damage.kept = is_whole ? table : table + "." + std::to_string(rot.block.offset);
    damage.note_key = make_damage_note_key();
  }
  return damages;
}

Result<void> keep(const TableDisk& disk, const std::string& directory, const Damages::List& damages) {
  for (const Damage& damage : damages) {
    if (auto kept = disk.keep(damage.block, kept_path(directory, damage)); !kept) return kept;
  }
  return {};
}

Damages::List without_noted(Damages::List damages, const Damages::List& noted) {
  std::erase_if(damages, [&](const Damage& damage) {
    return std::ranges::any_of(noted, [&](const Damage& other) {
      return other.file == damage.file && other.block.offset == damage.block.offset &&
             other.block.bytes == damage.block.bytes;
    });
  });
  return damages;
}

Result<void> blank(const TableDisk& disk, const std::string& table, const TableCheck& check) {
  if (auto done = disk.blank(check.rots); !done) return done;
  say_filter(table, check);
  return {};
}

Result<Damages::List> set_aside_alone(rocksdb::DB& db, const TableDisk& disk, const std::string& table,
                                      const TableCheck& check) {
  if (auto can = disk.check_blanks(check.rots); !can) return can.error();
  Damages::List damages = damages_of(table, check, db), noted;
  if (auto kept = keep(disk, db.GetName(), damages); !kept) return kept.error();
  (void)load_damages(db, &noted);  // of what can be read
  damages = without_noted(std::move(damages), noted);
  rocksdb::WriteBatch notes;
  for (const Damage& damage : damages) notes.Put(damage.note_key, encode_damage(damage));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (auto status = db.Write(synced, &notes); !status.ok()) return disk_error(status, "noting what is damaged");
  if (auto done = disk.replace(check.rots, db.GetName() + "/" + table + ".new"); !done) return done.error();
  say_filter(table, check);
  return damages;
}

void say(const Damages::List& damages, const std::string& directory, const TenantNames& names) {
  for (const Damage& damage : damages) {
    const Loss loss = describe(damage);
    log::error("store",
               "A part of a table is damaged. It is set aside and all else goes on; what it held is an error for who "
               "asks for it: " +
                   to_text(loss, names) + ". `teahouse check` tells more",
               {{"tenant", name_tenant(loss.first.tenant, names)},
                {"store", stores_of(loss)},
                {"file", damage.file},
                {"offset", std::to_string(loss.offset)},
                {"bytes", std::to_string(loss.bytes)},
                {"kept", kept_path(directory, damage)}});
  }
}

std::string to_text(const Unclear& unclear) {
  return unclear.why == Unclear::Why::unknown
             ? "A part of a table is of a kind that this Teahouse does not know, as a later one may have written it. "
               "It is left as it is: install the later one again, or restore a backup"
             : "A part of a table can't be read from the disk. It is left as it is, and tried again";
}

std::string kept_path(const std::string& directory, const Damage& damage) { return directory + "/lost/" + damage.kept; }

void mark_for_start(const std::string& directory, const std::string& table) {
  const std::string folder = directory + "/lost";
  std::error_code ignored;  // where there is no room for a mark, it is marked when it is looked at again
  fs::create_directories(folder, ignored);
  const int mark = ::open(mark_path(directory, table).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (mark >= 0) ::close(mark);
  const int names = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (names < 0) return;
  ::fsync(names);
  ::close(names);
}

void unmark(const std::string& directory, const std::string& table) {
  std::error_code ignored;
  fs::remove(mark_path(directory, table), ignored);
}

bool is_marked(const std::string& directory, const std::string& table) {
  std::error_code ignored;
  return fs::exists(mark_path(directory, table), ignored);
}

bool has_marks(const std::string& directory) {
  return has_in_lost(directory, mark_type, [](const std::string&) { return true; });
}

void remove_marks(const std::string& directory) {
  std::error_code failed, ignored;
  std::vector<fs::path> marks;
  for (fs::directory_iterator at(directory + "/lost", failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == mark_type) marks.push_back(at->path());
  }
  for (const fs::path& mark : marks) fs::remove(mark, ignored);
}

bool has_replaced_tables(const std::string& directory) {
  return has_in_lost(directory, ".sst", [&](const std::string& name) {
    std::error_code ignored;
    return fs::exists(directory + "/" + name, ignored);
  });
}

}  // namespace teahouse::store::rocks
