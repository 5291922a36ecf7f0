// Attached: a module's own state on each object of some kind (a Resident, a Session), without the object knowing the
// module.
//
//   Attached<Roster> roster_ = context.attach_to_residents<Roster>();
//   Roster& roster = roster_.of(resident);
//
// Thread: the object's home.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace teahouse {

// AttachedNumbers: the numbers of the states on one kind of object, on one home.
class AttachedNumbers {
 public:
  size_t take() { return next_++; }

 private:
  size_t next_ = 0;
};

// AttachedValues: the member of an object that has them.
class AttachedValues {
 public:
  struct Value {
    virtual ~Value() = default;
  };
  std::unique_ptr<Value>& at(size_t number) {
    if (values_.size() <= number) values_.resize(number + 1);
    return values_[number];
  }
  Value* find(size_t number) const { return number < values_.size() ? values_[number].get() : nullptr; }
  void clear(size_t number) {
    if (number < values_.size()) values_[number].reset();
  }

 private:
  std::vector<std::unique_ptr<Value>> values_;
};

template <class T>
class Attached {
 public:
  explicit Attached(size_t number) : number_(number) {}

  // Made on first use.
  template <class Owner>
  T& of(Owner& owner) const {
    auto& value = owner.attached.at(number_);
    if (!value) value = std::make_unique<Holder>();
    return static_cast<Holder&>(*value).state;
  }
  // Null where nothing made it.
  template <class Owner>
  T* find(Owner& owner) const {
    auto* value = owner.attached.find(number_);
    return value ? &static_cast<Holder&>(*value).state : nullptr;
  }

 private:
  struct Holder final : AttachedValues::Value {
    T state;
  };
  size_t number_;
};

}  // namespace teahouse
