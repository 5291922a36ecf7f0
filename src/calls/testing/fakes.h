// The relay's surroundings without a socket: ports that only remember what went out, a line that remembers what came
// back, and a tenant.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "calls/line.h"
#include "tenant/tenant.h"

namespace teahouse::calls::testing {

inline Endpoint at(const char* ip, uint16_t port) { return Endpoint::of(net::make_address(ip, port)->storage); }

inline std::string u32(uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16 & 0xFF),
          static_cast<char>(number >> 8 & 0xFF), static_cast<char>(number & 0xFF)};
}

// The packets that peers got, and the allocations that listen.
struct Wires {
  struct Sent {
    Endpoint from, peer;
    std::string data;
    bool dont_fragment;
  };
  std::vector<Sent> sent;
  std::unordered_map<Endpoint, PeerEvents*, EndpointHash> open;
};

class FakePort final : public RelayPort {
 public:
  FakePort(Wires& wires, Endpoint address) : wires_(wires), address_(address) { wires_.open[address_] = nullptr; }
  ~FakePort() override { wires_.open.erase(address_); }
  const Endpoint& address() const override { return address_; }
  void listen(PeerEvents& events) override { wires_.open[address_] = &events; }
  void relay(const Endpoint& peer, std::string_view data, bool dont_fragment) override {
    wires_.sent.push_back({address_, peer, std::string(data), dont_fragment});
  }

 private:
  Wires& wires_;
  const Endpoint address_;
};

struct FakePorts final : PortSource {
  bool has(Family family) const override { return family == Family::v4 || has_v6; }
  Opened open(Family family, PortWish wish) override {
    if (next > last) return {};
    if (wish != PortWish::any && next % 2 != 0) ++next;
    const auto make = [&] {
      return std::make_unique<FakePort>(wires, at(family == Family::v4 ? "198.18.0.1" : "2001:db8::1", next++));
    };
    Opened opened{make(), {}};
    if (wish != PortWish::pair) return opened;
    opened.token = "token" + std::to_string(100 + reserved.size());
    reserved[opened.token] = make();
    return opened;
  }
  std::unique_ptr<RelayPort> take_reserved(std::string_view token) override {
    const auto found = reserved.extract(std::string(token));
    return found.empty() ? nullptr : std::move(found.mapped());
  }
  Wires wires;
  bool has_v6 = true;
  uint16_t next = 50001, last = 65000;
  std::map<std::string, std::unique_ptr<RelayPort>> reserved;
};

class FakeLine final : public Line {
 public:
  FakeLine(std::vector<std::string>& heard, LineKey key) : heard_(heard), key_(key) {}
  const LineKey& key() const override { return key_; }
  void send(std::string message) override { heard_.push_back(std::move(message)); }
  void relay(Frame message) override { heard_.emplace_back(message.view()); }
  std::unique_ptr<Line> keep() const override { return std::make_unique<FakeLine>(heard_, key_); }

 private:
  std::vector<std::string>& heard_;
  const LineKey key_;
};

inline TenantPtr make_tenant(uint64_t id) {
  auto tenant = std::make_shared<Tenant>();
  tenant->id = static_cast<TenantId>(id);
  tenant->meter = std::make_shared<Meter>();
  return tenant;
}

}  // namespace teahouse::calls::testing
