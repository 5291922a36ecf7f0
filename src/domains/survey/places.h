// judge_services, judge_hosts: what DNS says of where a domain's servers are, and the places that are to be tried.
// Pure.
//
// Limits: targets_max of a service, addresses_max of a host and family; the rest is told and not tried. A port below
// 1024 but 443 is not tried: a stranger's records must not lead us to other protocols.
// Spec: RFC 2782; RFC 6120 section 3.2; XEP-0368.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domains/survey/finding.h"
#include "domains/survey/lookups.h"
#include "net/address.h"

namespace teahouse::survey {

inline constexpr size_t targets_max = 4, addresses_max = 2;

struct Service {
  std::string_view area;   // a Finding's
  std::string_view label;  // "_xmpp-client"
  bool is_direct = false;  // TLS from the first byte on
  uint16_t usual_port = 0;
};
inline constexpr std::array<Service, 4> services{{{"clients", "_xmpp-client", false, 5222},
                                                  {"clients", "_xmpps-client", true, 5223},
                                                  {"servers", "_xmpp-server", false, 5269},
                                                  {"servers", "_xmpps-server", true, 5270}}};

struct Target {
  const Service* service = nullptr;
  std::string host;
  uint16_t port = 0;
  bool is_validated = false;  // DNSSEC vouches for its record, or for there being none
};
struct Place {
  Target target;
  net::SocketAddress address;
};

// "_xmpp-client._tcp.shop.example"
std::string service_name(const Service& service, const std::string& ascii);
// "xmpp.shop.example, 192.0.2.1 port 5222, STARTTLS"
std::string subject_of(const Place& place);

// `answers` are of the services, in their order. A domain without any record of an area is looked for at its own
// address.
std::vector<Target> judge_services(Survey& survey, const std::string& ascii, const std::vector<DnsResult>& answers);

// The answers for one host; judge_hosts() takes those of each.
struct HostAnswers {
  std::string host;
  DnsResult a{net::DnsAnswer{}}, aaaa{net::DnsAnswer{}}, cname{net::DnsAnswer{}};
};
// The hosts of the targets, each once.
std::vector<std::string> hosts_of(const std::vector<Target>& targets);
// `any_address`: those that are not of the public internet are tried, too, and are no fault.
std::vector<Place> judge_hosts(Survey& survey, const std::string& ascii, const std::vector<Target>& targets,
                               const std::vector<HostAnswers>& hosts, bool any_address);

}  // namespace teahouse::survey
