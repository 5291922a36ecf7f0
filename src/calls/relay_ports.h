// RelayPorts: the ports of the relay's addresses, out of which allocations on one loop get theirs, at random.
//
// The address that clients are told may be one that this machine does not have, because a router in front leads it here
// port by port (the public addresses of most clouds): then ports are bound at all addresses.
//
// Thread: RelayAddresses: any, all loops share them; RelayPorts: its loop's.
// Limits: reserved_ms and reserved_max for ports that were reserved and nobody came for. Spec: RFC 8656 section 7.2.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text_map.h"
#include "calls/packets.h"
#include "calls/peer_guard.h"

namespace teahouse::calls {

class RelayAddresses {
 public:
  static constexpr int64_t reserved_ms = 30'000;
  static constexpr size_t reserved_max = 1000;

  // Of each family one at most. Errors: service_unavailable when no port of one can be bound; the text names it.
  static Result<std::unique_ptr<RelayAddresses>> make(const Clock& clock, const std::vector<Endpoint>& told,
                                                      PeerGuard::Ports ports);
  ~RelayAddresses();

 private:
  friend class RelayPorts;
  struct Address {
    Endpoint told, bound;
  };
  struct Reserved {
    int fd;
    Endpoint address;
    int64_t until_ms;
  };
  RelayAddresses(const Clock& clock, PeerGuard::Ports ports) : clock_(clock), ports_(ports) {}
  const std::optional<Address>& of(Family family) const { return addresses_[family == Family::v6]; }
  void forget_expired();  // REQUIRES: mutex_ is held

  const Clock& clock_;
  const PeerGuard::Ports ports_;
  std::array<std::optional<Address>, 2> addresses_;
  std::mutex mutex_;  // of what follows
  TextMap<Reserved> reserved_;
};

class RelayPorts final : public PortSource {
 public:
  RelayPorts(Packets& packets, RelayAddresses& addresses) : packets_(packets), addresses_(addresses) {}
  bool has(Family family) const override { return addresses_.of(family).has_value(); }
  Opened open(Family family, PortWish wish) override;
  std::unique_ptr<RelayPort> take_reserved(std::string_view token) override;

 private:
  std::string reserve(int fd, const Endpoint& address);

  Packets& packets_;
  RelayAddresses& addresses_;
};

}  // namespace teahouse::calls
