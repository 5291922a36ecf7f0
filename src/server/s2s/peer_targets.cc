#include "server/s2s/peer_targets.h"

#include <algorithm>

#include "net/dns_records.h"

namespace teahouse::s2s {
namespace {

struct Placed {
  uint16_t priority;
  PeerTarget target;
};

}  // namespace

Result<std::vector<PeerTarget>> choose_targets(const std::string& domain, const net::DnsAnswer& direct_tls,
                                               const net::DnsAnswer& starttls, bool any_port,
                                               const std::function<uint32_t(uint32_t n)>& below) {
  std::vector<Placed> placed;
  bool has_plain_records = false;
  size_t refused = 0;
  const auto add = [&](const net::DnsAnswer& answer, bool is_direct_tls) {
    for (const net::SrvRecord& each : net::order_srv(net::read_srv(answer), below)) {
      if (!is_direct_tls) has_plain_records = true;
      if (each.target.empty()) continue;  // ".": not there
      if (!any_port && each.port < 1024 && each.port != 443) {
        ++refused;
        continue;
      }
      placed.push_back({each.priority, {each.target, each.port, is_direct_tls}});
    }
  };
  add(direct_tls, true);
  add(starttls, false);
  if (placed.empty() && (has_plain_records || refused > 0)) {
    return Error{ErrorKind::remote_server_not_found,
                 domain + (refused > 0 ? " has its XMPP server at a port that is none of one."
                                       : " says by DNS that it has no XMPP server.")};
  }
  if (placed.empty()) return std::vector<PeerTarget>{{domain, server_port, false}};
  std::ranges::stable_sort(placed, {}, &Placed::priority);
  std::vector<PeerTarget> targets;
  for (Placed& each : placed) {
    if (targets.size() < targets_max) targets.push_back(std::move(each.target));
  }
  return targets;
}

}  // namespace teahouse::s2s
