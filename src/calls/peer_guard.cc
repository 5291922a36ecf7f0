#include "calls/peer_guard.h"

#include <algorithm>

#include "net/address_guard.h"

namespace teahouse::calls {
namespace {

Endpoint reduce(const Endpoint& peer) { return Endpoint::of(net::reduce_address(peer.socket_address()).storage); }

bool has_ip(const std::vector<Endpoint>& all, const Endpoint& one) {
  return std::ranges::any_of(all, [&one](const Endpoint& each) { return each.has_ip_of(one); });
}

}  // namespace

PeerGuard::PeerGuard(const std::vector<Endpoint>& own, std::vector<Endpoint> relayed, Ports ports)
    : is_guarded_(true), relayed_(std::move(relayed)), ports_(ports) {
  for (const Endpoint& each : own) own_.push_back(reduce(each));
}

void PeerGuard::let_media_through(std::vector<Endpoint> addresses, Ports ports) {
  media_ = std::move(addresses);
  media_ports_ = ports;
}

bool PeerGuard::allows_address(const Endpoint& peer) const {
  if (!is_guarded_) return true;
  if (!net::special_use(peer.socket_address()).empty()) return false;
  return has_ip(relayed_, peer) || has_ip(media_, peer) ||
         (!has_ip(own_, reduce(peer)) && !has_ip(relayed_, reduce(peer)));
}

bool PeerGuard::allows_port(const Endpoint& peer) const {
  if (peer.port == 0) return false;
  if (!is_guarded_ || (has_ip(media_, peer) && media_ports_.contains(peer.port))) return true;
  if (!has_ip(relayed_, peer)) return !has_ip(media_, peer);
  return ports_.contains(peer.port);
}

}  // namespace teahouse::calls
