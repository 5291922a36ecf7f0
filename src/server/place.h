// Place: where an account or a room has its home: a loop of a peer. Parcel: what may cross to another place.
//
// Any loop may keep a Place and compare it; the Home that is there is seen on its own loop alone (Homes).
#pragma once

#include <cstdint>
#include <type_traits>

namespace teahouse {

// Peer: one of the processes that serve the same tenants. There is one so far.
enum class Peer : uint16_t { own };

struct Place {
  Peer peer = Peer::own;
  uint16_t loop = 0;  // its index among its peer's
  bool operator==(const Place&) const = default;
};

// A struct of values (stanzas, addresses, texts, tickets), with a function for where it arrives. No closure is one, and
// nothing that has a reference.
template <class T>
concept Parcel = std::is_aggregate_v<T> && std::is_copy_assignable_v<T>;

}  // namespace teahouse
