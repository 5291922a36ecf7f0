// How the relay of calls comes into the program: the address that it has, whom it sends to, and its part in what users
// are told of.
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "app/config.h"
#include "app/modules.h"
#include "app/worker.h"
#include "base/log.h"
#include "calls/calls_module.h"
#include "net/address_guard.h"
#include "server/home.h"

namespace teahouse {
namespace {

using calls::Endpoint;

constexpr size_t group_call_ports_min = 10;

CallsModule& module_of(Home& home) { return *static_cast<CallsModule*>(home.modules().find("calls")); }

// All addresses of this machine.
std::vector<Endpoint> own_endpoints() {
  std::vector<Endpoint> own;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return own;
  for (const ifaddrs* each = all; each; each = each->ifa_next) {
    if (!each->ifa_addr) continue;
    sockaddr_storage address{};
    const int family = each->ifa_addr->sa_family;
    if (family == AF_INET) *reinterpret_cast<sockaddr_in*>(&address) = *reinterpret_cast<sockaddr_in*>(each->ifa_addr);
    if (family == AF_INET6) {
      *reinterpret_cast<sockaddr_in6*>(&address) = *reinterpret_cast<sockaddr_in6*>(each->ifa_addr);
    }
    if (family == AF_INET || family == AF_INET6) own.push_back(Endpoint::of(address));
  }
  ::freeifaddrs(all);
  return own;
}

// The address by which this machine would reach one of the internet; nothing is sent. Nothing: it has no public one.
std::optional<Endpoint> outward_address(const char* somebody) {
  const auto to = net::make_address(somebody, 53);
  const int fd = ::socket(to->family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  const bool is_known =
      ::connect(fd, to->raw(), to->size) == 0 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) == 0;
  ::close(fd);
  if (!is_known) return std::nullopt;
  Endpoint address = Endpoint::of(local);
  address.port = 0;
  if (!net::special_use(address.socket_address()).empty()) return std::nullopt;
  return address;
}

std::vector<Endpoint> to_endpoints(const std::vector<std::string>& ips) {
  std::vector<Endpoint> endpoints;
  endpoints.reserve(ips.size());
  for (const std::string& ip : ips) endpoints.push_back(Endpoint::of(net::make_address(ip, 0)->storage));
  return endpoints;
}

Result<std::vector<Endpoint>> relay_addresses(const Config& config) {
  std::vector<Endpoint> told = to_endpoints(config.calls_relay_address);
  if (!told.empty()) return told;
  const std::string& listen = config.listen_turn.empty() ? config.listen_turn_tls : config.listen_turn;
  const auto listened = net::parse_address(listen);
  if (!listened) return listened.error();
  Endpoint address = Endpoint::of(listened->storage);
  address.port = 0;
  const Endpoint nowhere{.family = address.family};
  if (address != nowhere) return std::vector{address};
  for (const char* root_server : {"198.41.0.4", "2001:503:ba3e::2:30"}) {
    if (const auto outward = outward_address(root_server)) told.push_back(*outward);
  }
  if (!told.empty()) return told;
  return Error{
      ErrorKind::bad_request,
      "The relay of calls needs calls.relay_address, the public IP address at which peers reach it: this "
      "machine has none of its own. As --set calls.relay_address=203.0.113.5; with a router in front it is the "
      "router's, which leads the ports of calls.relay_ports here."};
}

// Where nothing is said, the relay's; without a relay that of this machine.
Result<std::vector<Endpoint>> media_addresses(const Config& config) {
  std::vector<Endpoint> told = to_endpoints(config.calls_media_address);
  if (!told.empty()) return told;
  if (config.has_relay()) return relay_addresses(config);
  for (const char* root_server : {"198.41.0.4", "2001:503:ba3e::2:30"}) {
    if (const auto outward = outward_address(root_server)) told.push_back(*outward);
  }
  if (!told.empty()) return told;
  return Error{ErrorKind::bad_request,
               "Group calls need calls.media_address, the public IP address at which their ports are reached: this "
               "machine has none of its own. As --set calls.media_address=203.0.113.5."};
}

bool is_own(const Endpoint& address) {
  const std::vector<Endpoint> own = own_endpoints();
  return std::ranges::any_of(own, [&address](const Endpoint& each) { return each.has_ip_of(address); });
}

}  // namespace

// Each loop has an engine of its own, and a part of the ports.
Result<void> serve_group_calls(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config) {
  const auto addresses = media_addresses(config);
  if (!addresses) return addresses.error();
  GroupCalls calls{.engine = config.calls_engine, .are_local = std::ranges::all_of(*addresses, is_own)};
  calls.addresses.reserve(addresses->size());
  for (const Endpoint& each : *addresses) calls.addresses.push_back(each.format_ip());
  const size_t ports = size_t{config.calls_last_media_port} - config.calls_first_media_port + 1;
  const size_t each = ports / workers.size();
  if (each < group_call_ports_min) {
    return Error{ErrorKind::bad_request, "The setting 'calls.media_ports' must have " +
                                             std::to_string(group_call_ports_min) + " ports for each of the server's " +
                                             std::to_string(workers.size()) + " loops, at least."};
  }
  for (size_t index = 0; index < workers.size(); ++index) {
    calls.folder = config.data_directory + "/group-calls/" + std::to_string(index);
    calls.first_port = static_cast<uint16_t>(config.calls_first_media_port + index * each);
    calls.last_port = static_cast<uint16_t>(calls.first_port + each - 1);
    const auto hosted = host_group_calls(*workers[index], calls);
    if (hosted) continue;
    log::warning("calls", hosted.error().text);
    return {};
  }
  return {};
}

Result<void> serve_calls(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config,
                         const std::string& secret, int64_t allocations_max) {
  const auto told = relay_addresses(config);
  if (!told) return told.error();
  const calls::PeerGuard::Ports range{config.calls_first_port, config.calls_last_port};
  auto addresses = calls::RelayAddresses::make(workers.front()->home().clock(), *told, range);
  if (!addresses) return addresses.error();
  auto guard = config.calls_allow_private ? calls::PeerGuard() : calls::PeerGuard(own_endpoints(), *told, range);
  if (config.has_group_calls()) {
    const auto media = media_addresses(config);
    if (media) guard.let_media_through(*media, {config.calls_first_media_port, config.calls_last_media_port});
  }
  const auto house = std::make_shared<CallsModule::House>(secret, guard, allocations_max, std::move(*addresses));
  for (const auto& worker : workers) {
    CallsModule& module = module_of(worker->home());
    module.move_in(house);
    offer_relay(worker->home(), module);
  }
  return {};
}

Result<void> listen_for_calls_by_udp(Home& home, const std::string& address, bool is_first) {
  const auto parsed = net::parse_address(address);
  if (!parsed) return parsed.error();
  return module_of(home).relay()->listen(*parsed, is_first ? calls::Sharing::first : calls::Sharing::joined);
}

// TLS is told of where browsers reach the API, because that port is the one that a strict firewall leaves open.
void tell_call_ports(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config, const Ports& ports) {
  CallsModule::Reach reach;
  reach.host = config.public_turn.host;
  reach.udp = reach.tcp = ports.turn && config.public_turn.port ? config.public_turn.port : ports.turn;
  const bool is_behind_proxy = config.public_url.starts_with("https://") && !ports.https;
  reach.tls = ports.turn_tls ? ports.turn_tls : is_behind_proxy ? 0 : ports.https;
  for (const auto& worker : workers) module_of(worker->home()).tell(reach);
}

void accept_call(Home& home, std::unique_ptr<net::Connection> connection, std::string_view early) {
  module_of(home).relay()->accept(std::move(connection), early);
}

}  // namespace teahouse
