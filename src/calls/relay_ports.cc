#include "calls/relay_ports.h"

#include <unistd.h>

#include "base/random.h"

namespace teahouse::calls {
namespace {

constexpr int tries_max = 200;
constexpr size_t token_bytes = 8;

class SocketPort final : public RelayPort, private UdpSocket::Events {
 public:
  SocketPort(Packets& packets, int fd, const Endpoint& address) : address_(address), socket_(packets, fd, *this) {
    socket_.set_dont_fragment(false);
  }
  const Endpoint& address() const override { return address_; }
  void listen(PeerEvents& events) override { peer_events_ = &events; }
  // Linux knows the flag for a socket and not for a packet.
  void relay(const Endpoint& peer, std::string_view data, bool dont_fragment) override {
    if (!dont_fragment) return socket_.send(peer, data);
    socket_.set_dont_fragment(true);
    socket_.send_now(peer, data);
    socket_.set_dont_fragment(false);
  }

 private:
  void on_packet(const Endpoint& peer, const Endpoint& /*local*/, Frame bytes) override {
    if (peer_events_) peer_events_->on_peer(peer, bytes);
  }

  const Endpoint address_;
  PeerEvents* peer_events_ = nullptr;
  UdpSocket socket_;
};

int open_at(Endpoint address, uint16_t port) {
  address.port = port;
  const auto fd = open_udp(address.socket_address(), Sharing::none);
  return fd ? *fd : -1;
}

Endpoint with_port(Endpoint address, uint16_t port) {
  address.port = port;
  return address;
}

}  // namespace

Result<std::unique_ptr<RelayAddresses>> RelayAddresses::make(const Clock& clock, const std::vector<Endpoint>& told,
                                                             PeerGuard::Ports ports) {
  // tidy: allow new: make_unique cannot call a private constructor
  std::unique_ptr<RelayAddresses> made(new RelayAddresses(clock, ports));
  for (const Endpoint& each : told) {
    Endpoint anywhere;
    anywhere.family = each.family;
    for (const Endpoint& bound : {with_port(each, 0), anywhere}) {
      const int fd = open_at(bound, 0);
      if (fd < 0) continue;
      ::close(fd);
      made->addresses_[each.family == Family::v6] = Address{with_port(each, 0), bound};
      break;
    }
    if (!made->of(each.family)) {
      return Error{ErrorKind::service_unavailable,
                   "calls.relay_address: no UDP port can be opened for " + each.format_ip() + " on this machine."};
    }
  }
  return made;
}

RelayAddresses::~RelayAddresses() {
  for (const auto& [token, reserved] : reserved_) ::close(reserved.fd);
}

void RelayAddresses::forget_expired() {
  const int64_t now_ms = clock_.monotonic_ms();
  std::erase_if(reserved_, [now_ms](const auto& each) {
    const bool is_over = each.second.until_ms <= now_ms;
    if (is_over) ::close(each.second.fd);
    return is_over;
  });
}

PortSource::Opened RelayPorts::open(Family family, PortWish wish) {
  const auto& address = addresses_.of(family);
  if (!address) return {};
  const PeerGuard::Ports range = addresses_.ports_;
  const uint32_t count = range.last - range.first + 1U;
  for (int i = 0; i < tries_max; ++i) {
    uint32_t port = range.first + static_cast<uint32_t>(random_u64() % count);
    if (wish != PortWish::any) port &= ~1U;
    if (port < range.first || port > range.last || (wish == PortWish::pair && port == range.last)) continue;
    const int fd = open_at(address->bound, static_cast<uint16_t>(port));
    if (fd < 0) continue;
    Opened opened;
    if (wish == PortWish::pair) {
      const auto next = static_cast<uint16_t>(port + 1);
      const int second = open_at(address->bound, next);
      if (second >= 0) opened.token = reserve(second, with_port(address->told, next));
      if (opened.token.empty()) {
        ::close(fd);
        if (second >= 0) return {};  // too many are reserved
        continue;
      }
    }
    opened.port = std::make_unique<SocketPort>(packets_, fd, with_port(address->told, static_cast<uint16_t>(port)));
    return opened;
  }
  return {};
}

std::string RelayPorts::reserve(int fd, const Endpoint& address) {
  std::string token = random_bytes(token_bytes);
  const std::lock_guard lock(addresses_.mutex_);
  addresses_.forget_expired();
  if (addresses_.reserved_.size() >= RelayAddresses::reserved_max) {
    ::close(fd);
    return {};
  }
  const int64_t until_ms = addresses_.clock_.monotonic_ms() + RelayAddresses::reserved_ms;
  addresses_.reserved_.insert_or_assign(token, RelayAddresses::Reserved{fd, address, until_ms});
  return token;
}

std::unique_ptr<RelayPort> RelayPorts::take_reserved(std::string_view token) {
  const std::lock_guard lock(addresses_.mutex_);
  addresses_.forget_expired();
  const auto found = addresses_.reserved_.find(token);
  if (found == addresses_.reserved_.end()) return nullptr;
  const RelayAddresses::Reserved reserved = found->second;
  addresses_.reserved_.erase(found);
  return std::make_unique<SocketPort>(packets_, reserved.fd, reserved.address);
}

}  // namespace teahouse::calls
