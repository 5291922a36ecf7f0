// SearchDns: completes short names as the system's own look-ups do, by the domains of /etc/resolv.conf. For names that
// the operator wrote; never for a stranger's, whom it would lead inside.
//
// Thread: its loop's. Lifetime: the Dns behind it outlives it, it outlives its queries.
// Limits: 6 domains. Spec: resolv.conf(5), "search" and "ndots".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/dns.h"

namespace teahouse::net {

struct SearchList {
  std::vector<std::string> domains;
  size_t dots = 1;  // a name with so many is tried as it stands first, one with fewer last
};

// Of resolv.conf's text. A word that is no domain is left out.
SearchList read_search_list(std::string_view resolv_conf);

class SearchDns final : public Dns {
 public:
  SearchDns(Dns& dns, SearchList list);
  std::unique_ptr<Query> find(const std::string& name, DnsType type, Done done) override;

 private:
  struct Search;
  Dns& dns_;
  SearchList list_;
};

}  // namespace teahouse::net
