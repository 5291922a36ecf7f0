// RowRanks: how many rows an archive has before some of them, so that a page's count looks at a few rows and not at all
// of them: the ids of each step'th row of an owner, or of those that the owner has with one other, as they were found
// when they were counted.
//
// Ranks of an owner's rows hold until some of them are removed. Rows are appended behind all others
// (docs/decisions/0013), which changes no rank.
//
// Thread: any.
// Limits: slot_count of them are remembered, of each at most count_max / step marks: some 7 MiB. A later one puts out
// an earlier one of its place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/data_engine.h"

namespace teahouse::store::rocks {

class RowRanks {
 public:
  static constexpr uint64_t step = 64;

  struct Ranks {
    std::vector<uint64_t> marks;  // marks[i]: the id of the row that has i * step others before it
    bool is_past_count = false;   // there are more than count_max, or to count them takes too long
  };
  using Known = std::shared_ptr<const Ranks>;

  // Of an owner: the prefix of the keys of its rows. To be asked before the snapshot is taken that is counted: keep()
  // with another age than that of now does nothing.
  uint32_t age(std::string_view owner) const;
  // `with`: of its rows with this one; empty: of all. Null: nothing is known.
  Known find(std::string_view owner, std::string_view with) const;
  void keep(std::string_view owner, std::string_view with, uint32_t age, Ranks ranks);
  // Rows of the owner have been removed; or of any.
  void forget(std::string_view owner);
  void forget_all();

 private:
  struct Slot {
    uint32_t age = 0;
    std::string whose;
    Known known;
  };
  static constexpr size_t slot_count = 4'096, age_count = 4'096;
  static size_t age_of(std::string_view owner) { return std::hash<std::string_view>()(owner) % age_count; }
  static size_t slot_of(std::string_view whose) { return std::hash<std::string_view>()(whose) % slot_count; }

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::array<uint32_t, age_count> ages_{};
};

}  // namespace teahouse::store::rocks
