// Slot: a module's own state on each object of some kind (a Resident, a Session), without the object knowing the
// module.
//
//   Slot<Roster> roster_{hooks.resident_slots};     ...     Roster& roster = roster_.of(resident);
//
// Thread: the object's home.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace teahouse {

// Hands out slot numbers for one kind of object, on one home.
struct SlotNumbers {
  size_t next = 0;
};

// What an object with slots has as a member.
class Slots {
 public:
  struct Value {
    virtual ~Value() = default;
  };
  std::unique_ptr<Value>& at(size_t number) {
    if (values_.size() <= number) values_.resize(number + 1);
    return values_[number];
  }

 private:
  std::vector<std::unique_ptr<Value>> values_;
};

template <class T>
class Slot {
 public:
  explicit Slot(SlotNumbers& numbers) : number_(numbers.next++) {}

  // Made on first use.
  template <class Owner>
  T& of(Owner& owner) const {
    auto& value = owner.slots.at(number_);
    if (!value) value = std::make_unique<Holder>();
    return static_cast<Holder&>(*value).state;
  }

 private:
  struct Holder final : Slots::Value {
    T state;
  };
  size_t number_;
};

}  // namespace teahouse
