#include "store/rocksdb/set_aside.h"

#include "base/log.h"
#include "store/arrival_order.h"
#include "store/note_words.h"

namespace teahouse::store::rocks {
namespace {

// No row that there is has a later id: so far the order of arrival is noted.
uint64_t newest_row(rocksdb::DB& db) {
  std::string framed;
  const std::string key = value_key({TenantId::house, std::string(ArrivalOrder::store_name)}, ArrivalOrder::key);
  const auto status = db.Get(rocksdb::ReadOptions(), key, &framed);
  auto noted = status.ok() ? parse_value(framed) : std::nullopt;
  if (!noted) return UINT64_MAX;
  return static_cast<uint64_t>(first_id_at(take_number(*noted) + 1));
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
    damage.block = rot.block;
    damage.entries = check.lost_entries;
    damage.kept = rot.part == Rot::Part::whole ? table : table + "." + std::to_string(rot.block.offset);
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

Result<void> blank(const TableDisk& disk, const std::string& table, const TableCheck& check) {
  for (const Rot& rot : check.rots) {
    if (auto done = disk.blank(rot); !done) return done;
    if (rot.part != Rot::Part::filter) continue;
    log::warning("store", "A filter of a table was damaged and is put out of use; nothing is lost", {{"file", table}});
  }
  return {};
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

std::string kept_path(const std::string& directory, const Damage& damage) { return directory + "/lost/" + damage.kept; }

}  // namespace teahouse::store::rocks
