// HookList: the functions of one hook, called in the order in which they were added, each for as long as its Hooked
// lives. A function is of a module, which a tenant may go without, or of the core.
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

#include "tenant/tenant.h"

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
    uint64_t module;
    bool is_at(const Host& host) const { return (host.modules_off & module) == 0; }
  };
  // `module` is its bit (ModuleList); 0: the core's.
  [[nodiscard]] Hooked add(Hook hook, uint64_t module = 0) {
    const uint64_t number = ++last_;
    entries_.push_back({std::move(hook), number, module});
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
  // Calls those of the core, and of the modules that the host has.
  template <class... Arguments>
  void call_at(const Host& host, Arguments&&... arguments) const {
    for (const Entry& each : entries_) {
      if (each.is_at(host)) each.hook(arguments...);
    }
  }
  // Calls those of these modules, by their bits.
  template <class... Arguments>
  void call_of(uint64_t modules, Arguments&&... arguments) const {
    for (const Entry& each : entries_) {
      if ((each.module & modules) != 0) each.hook(arguments...);
    }
  }

 private:
  std::vector<Entry> entries_;
  uint64_t last_ = 0;
};

}  // namespace teahouse
