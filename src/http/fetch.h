// fetch: one request of a program that has no loop, the command line and tests: it runs a loop of its own until the
// answer is there. Names are looked up as the system does: /etc/hosts, DNS, the domains of /etc/resolv.conf.
//
// Thread: any but a loop's; it blocks. Limits, Errors: as Client's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace teahouse::http {

// `ca_file` (PEM) names who is trusted for https; empty: the system's authorities.
Result<ClientResponse> fetch(ClientRequest request, const std::string& ca_file = {});

// Bodies that nobody has in memory at once.
struct StreamedBodies {
  std::function<Result<std::string>()> next = {};           // of the request's body; empty: its end. No body without it
  std::function<Result<void>(std::string_view)> take = {};  // of the answer's, where that is good; it has none then
};
// `request` is streamed where `next` is given. An error of theirs ends it.
Result<ClientResponse> fetch_streamed(ClientRequest request, StreamedBodies bodies, const std::string& ca_file = {});

}  // namespace teahouse::http
