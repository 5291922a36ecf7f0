#include "store/rocksdb/row_ranks.h"

#include <utility>

namespace teahouse::store::rocks {
namespace {

std::string join(std::string_view owner, std::string_view with) {
  std::string whose;
  whose.reserve(owner.size() + with.size());
  return whose.append(owner).append(with);  // a prefix of keys tells its own length
}

}  // namespace

uint32_t RowRanks::age(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  return ages_[age_of(owner)];
}

RowRanks::Known RowRanks::find(std::string_view owner, std::string_view with) const {
  const std::string whose = join(owner, with);
  const std::lock_guard lock(mutex_);
  if (slots_.empty()) return nullptr;
  const Slot& slot = slots_[slot_of(whose)];
  return slot.age == ages_[age_of(owner)] && slot.whose == whose ? slot.known : nullptr;
}

void RowRanks::keep(std::string_view owner, std::string_view with, uint32_t age, Ranks ranks) {
  std::string whose = join(owner, with);
  Known known = std::make_shared<const Ranks>(std::move(ranks));
  const std::lock_guard lock(mutex_);
  if (age != ages_[age_of(owner)]) return;
  if (slots_.empty()) slots_.resize(slot_count);
  Slot& slot = slots_[slot_of(whose)];
  slot.age = age;
  slot.whose = std::move(whose);
  slot.known = std::move(known);
}

void RowRanks::forget(std::string_view owner) {
  const std::lock_guard lock(mutex_);
  ++ages_[age_of(owner)];
}

void RowRanks::forget_all() {
  const std::lock_guard lock(mutex_);
  for (uint32_t& age : ages_) ++age;
}

}  // namespace teahouse::store::rocks
