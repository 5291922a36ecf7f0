// EventKind: what an event is about; EventKinds: a set of them, such as those that a tenant keeps.
//
// Thread: values, so any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse {

enum class EventKind : uint8_t { message, user, room, tenant, session, audit };

// In the order of the enum; the API and the command line go through these.
inline constexpr std::array<std::string_view, 6> event_kind_names = {"message", "user",    "room",
                                                                     "tenant",  "session", "audit"};

inline std::string_view to_string(EventKind kind) { return event_kind_names[static_cast<size_t>(kind)]; }

class EventKinds {
 public:
  constexpr EventKinds() = default;
  static constexpr EventKinds all() {
    EventKinds kinds;
    kinds.bits_ = (1U << event_kind_names.size()) - 1;
    return kinds;
  }
  // Errors: bad_request, naming the kinds that there are.
  static Result<EventKinds> parse(const std::vector<std::string>& names);
  std::vector<std::string> names() const;

  constexpr bool has(EventKind kind) const { return bits_ & (1U << static_cast<unsigned>(kind)); }
  constexpr void add(EventKind kind) { bits_ |= static_cast<uint8_t>(1U << static_cast<unsigned>(kind)); }
  constexpr void add(EventKinds kinds) { bits_ |= kinds.bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(EventKinds, EventKinds) = default;

 private:
  uint8_t bits_ = 0;
};

}  // namespace teahouse
