// RecentPairs: the pair rows (key.cc) that the log wrote lately and that are still there, so that they aren't written
// again.
//
// Thread: one at a time.
// Limits: 32,768 keys, about 5 MiB; a newer key puts out the older one of its place. Forgetting costs a needless write
// only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace teahouse::store::rocks {

class RecentPairs {
 public:
  // True when the key isn't remembered; it is now. `owner` is its prefix up to and with the owner.
  bool add(std::string_view key, std::string_view owner) {
    if (slots_.empty()) slots_.resize(slot_count);
    Slot& slot = slots_[std::hash<std::string_view>()(key) % slot_count];
    const uint32_t age = ages_[age_of(owner)];
    if (slot.age == age && slot.key == key) return false;
    slot.age = age;
    slot.key = key;
    return true;
  }
  // The owner's pair rows (some or all) are being removed. Owners that share an age are forgotten with it.
  void forget_owner(std::string_view owner) { ++ages_[age_of(owner)]; }
  void forget_all() {
    for (uint32_t& age : ages_) ++age;
  }

 private:
  struct Slot {
    uint32_t age = 0;
    std::string key;
  };
  static constexpr size_t slot_count = 32'768, age_count = 4'096;
  static size_t age_of(std::string_view owner) { return std::hash<std::string_view>()(owner) % age_count; }

  std::vector<Slot> slots_;
  std::array<uint32_t, age_count> ages_{};
};

}  // namespace teahouse::store::rocks
