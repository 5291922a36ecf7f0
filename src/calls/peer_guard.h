// PeerGuard: which peers the relay sends to. Without it the relay were a way into the operator's own networks.
//
// Denied are all addresses that are not of the public internet, in whatever form they are written (net/address_guard.h
// reduces mapped, compatible, NAT64, 6to4 and Teredo addresses), and this machine's own: of those the relay's own
// address is let through at the ports that are for relaying, so that two who both need the relay reach each other; and
// so is that of the engine of group calls at its ports.
//
// Thread: immutable once made.
#pragma once

#include <cstdint>
#include <vector>

#include "calls/endpoint.h"

namespace teahouse::calls {

class PeerGuard {
 public:
  struct Ports {
    uint16_t first = 49152, last = 65535;
    bool contains(uint16_t port) const { return first <= port && port <= last; }
  };
  // Lets all through: for tests, and for a network without an outside.
  PeerGuard() = default;
  // `own`: this machine's addresses; `relayed`: those that allocations have. Their ports do not count.
  PeerGuard(const std::vector<Endpoint>& own, std::vector<Endpoint> relayed, Ports ports);
  // Also lets these ports through, at this machine's own addresses of group calls' media.
  void let_media_through(std::vector<Endpoint> addresses, Ports ports);

  // May there be a permission for the address? Permissions are without ports.
  bool allows_address(const Endpoint& peer) const;
  // May something be sent there? REQUIRES: allows_address().
  bool allows_port(const Endpoint& peer) const;

 private:
  bool is_guarded_ = false;
  std::vector<Endpoint> own_, relayed_, media_;
  Ports ports_, media_ports_;
};

}  // namespace teahouse::calls
