// Damage: a part of the database that a disk or a hand has made unreadable and that was set aside, so that all else
// goes on: its block was replaced by one without entries, and a read that would need its keys is an error until
// `teahouse check --take-out` gives them up. Each has a note (Kind::chore), so that this outlives a restart.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/loss.h"
#include "store/rocksdb/key.h"
#include "store/rocksdb/table_check.h"

namespace teahouse::store::rocks {

struct Damage {
  KeyRange keys;          // what it may have held
  uint64_t newest = 0;    // of archive rows, only those up to this id: later ones came after the damage
  uint64_t sequence = 0;  // and of anything else what was written up to this sequence number
  std::string file;       // name of the table
  Block block;            // in it
  uint64_t entries = 0;   // that all damaged blocks of the table held
  std::string kept;       // name of its copy in lost/
  std::string note_key;

  // Whether it may have held a key from `first` to `last`, both inclusive.
  bool touches(std::string_view first, std::string_view last) const;
};

// The loss of these keys, in people's words.
Loss describe(const Damage& damage);

std::string damage_notes();  // what all their keys begin with
std::string make_damage_note_key();
std::string encode_damage(const Damage& damage);
std::optional<Damage> parse_damage(std::string_view note_key, std::string_view note);

// All damages that are known, for all threads.
class Damages {
 public:
  using List = std::vector<Damage>;

  // Null where there is none.
  std::shared_ptr<const List> all() const;
  // Which list it is: another with each change; 0 before any.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  void set(List list);
  void add(List more);
  void forget(const std::string& note_key);

 private:
  void set_locked(List list);

  mutable std::mutex mutex_;
  std::atomic<uint64_t> version_ = 0;
  std::shared_ptr<const List> list_;  // guarded by mutex_
};

rocksdb::Status load_damages(rocksdb::DB& db, Damages::List* damages);

}  // namespace teahouse::store::rocks
