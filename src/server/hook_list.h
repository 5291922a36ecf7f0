// HookList: the functions of one hook, called in the order in which they were added, each for as long as its Hooked
// lives.
//
//   Hooked hooked = hooks.session_bound.add([](Session& session) { ... });
//
// Thread: the home's.
// Lifetime: a list outlives what add() gave.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace teahouse {

// A registration: ends when it is destroyed. REQUIRES: no function of its list is being called then.
class Hooked {
 public:
  explicit Hooked(std::function<void()> undo) : undo_(std::move(undo)) {}
  Hooked(Hooked&& other) noexcept : undo_(std::exchange(other.undo_, nullptr)) {}
  Hooked& operator=(Hooked&&) = delete;
  ~Hooked() {
    if (undo_) undo_();
  }

 private:
  std::function<void()> undo_;
};

template <class Hook>
class HookList {
 public:
  struct Entry {
    Hook hook;
    uint64_t number;
  };
  [[nodiscard]] Hooked add(Hook hook) {
    const uint64_t number = ++last_;
    entries_.push_back({std::move(hook), number});
    return Hooked(
        [this, number] { std::erase_if(entries_, [&](const Entry& each) { return each.number == number; }); });
  }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  // Calls each.
  template <class... Arguments>
  void operator()(Arguments&&... arguments) const {
    for (const Entry& each : entries_) each.hook(arguments...);
  }

 private:
  std::vector<Entry> entries_;
  uint64_t last_ = 0;
};

}  // namespace teahouse
