// fetch: one request of a program that has no loop, the command line and tests: it runs a loop of its own until the
// answer is there. Names are looked up as the system does: /etc/hosts, DNS, the domains of /etc/resolv.conf.
//
// Thread: any but a loop's; it blocks. Limits, Errors: as Client's.
#pragma once

#include <string>

#include "base/result.h"
#include "http/client.h"

namespace teahouse::http {

// `ca_file` (PEM) names who is trusted for https; empty: the system's authorities.
Result<ClientResponse> fetch(ClientRequest request, const std::string& ca_file = {});

}  // namespace teahouse::http
