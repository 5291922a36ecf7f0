#include "http/fetch.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/url.h"
#include "net/search_dns.h"
#include "net/unbound_dns.h"

namespace teahouse::http {

Result<ClientResponse> fetch(ClientRequest request, const std::string& ca_file) {
  const auto url = parse_url(request.url);
  if (!url) return url.error();
  auto trust = url->secure ? net::TlsTrust::make(ca_file) : net::TlsTrust::nobody();
  if (!trust) return trust.error();
  const SystemClock clock;
  net::Loop loop(0, clock);
  auto dns = net::UnboundDns::make(loop);
  if (!dns) return dns.error();
  std::ifstream resolv_conf("/etc/resolv.conf");
  const std::string text{std::istreambuf_iterator<char>(resolv_conf), std::istreambuf_iterator<char>()};
  net::SearchDns search(**dns, net::read_search_list(text));
  Client client(loop, search, std::move(*trust));
  std::optional<Result<ClientResponse>> answer;
  const Exchange exchange = client.fetch(std::move(request), [&](Result<ClientResponse> got) {
    answer.emplace(std::move(got));
    loop.stop();
  });
  loop.run();
  return std::move(*answer);
}

}  // namespace teahouse::http
