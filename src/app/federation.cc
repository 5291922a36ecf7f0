#include "app/federation.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>

#include "base/log.h"
#include "server/s2s/resumptions.h"

namespace teahouse {

std::vector<net::SocketAddress> own_addresses() {
  std::vector<net::SocketAddress> own;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return own;
  for (const ifaddrs* each = all; each; each = each->ifa_next) {
    if (!each->ifa_addr) continue;
    net::SocketAddress address;
    const int family = each->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    address.size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    std::memcpy(&address.storage, each->ifa_addr, address.size);
    if (family == AF_INET) reinterpret_cast<sockaddr_in&>(address.storage).sin_port = 0;
    if (family == AF_INET6) reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = 0;
    own.push_back(address);
  }
  ::freeifaddrs(all);
  return own;
}

Result<void> federate(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config,
                      const net::TlsContexts& contexts, const std::string& dialback_secret) {
  auto trust = net::TlsTrust::make(config.s2s_ca_file);
  if (!trust) return Error{trust.error().kind, "The setting 's2s.ca_file': " + trust.error().text};
  if (!config.s2s_require_valid_certificates) {
    log::warning("s2s",
                 "s2s.require_valid_certificates is off: other servers are believed by DNS alone, which whoever is on "
                 "the way can forge");
  }
  if (config.s2s_allow_private) {
    log::warning("s2s",
                 "s2s.private_targets is \"allow\": names of other servers may lead into this machine's networks");
  }
  s2s::House house{
      .contexts = contexts,
      .trust = std::move(*trust),
      .guard = config.s2s_allow_private ? net::AddressGuard() : net::AddressGuard::public_only(own_addresses()),
      .dialback_secret = dialback_secret,
      .require_valid_certificates = config.s2s_require_valid_certificates,
      .allow_private = config.s2s_allow_private,
      .connect_timeout_ms = config.s2s_connect_timeout_s * 1000,
      .login_timeout_ms = config.c2s_login_timeout_s * 1000,
      .idle_ms = config.s2s_idle_s * 1000,
      .resumptions = std::make_shared<s2s::Resumptions>(),
      .queue_ms = config.s2s_queue_days * 24 * 60 * 60 * 1000};
  const auto shared = std::make_shared<const s2s::House>(std::move(house));
  for (const auto& worker : workers) {
    auto federating = worker->federate(config, shared);
    if (!federating) return federating;
  }
  return {};
}

}  // namespace teahouse
