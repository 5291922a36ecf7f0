// Packets that come to the relay's port from a client that has an allocation, a permission and a channel: STUN and
// ChannelData, each behind two bytes of its length. A packet has one answer at most, and nothing goes to a peer that is
// not permitted.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "calls/testing/fakes.h"
#include "calls/turn.h"
#include "crypto/md5.h"

namespace turn_fuzz {
namespace {

using namespace std::string_view_literals;
using teahouse::calls::Attribute;
using teahouse::calls::CallCredentials;
using teahouse::calls::Limits;
using teahouse::calls::LineKey;
using teahouse::calls::MessageClass;
using teahouse::calls::Method;
using teahouse::calls::Nonces;
using teahouse::calls::PeerGuard;
using teahouse::calls::StunWriter;
using teahouse::calls::Turn;
using teahouse::calls::testing::at;
using teahouse::calls::testing::FakeLine;
using teahouse::calls::testing::FakePorts;
using teahouse::calls::testing::make_tenant;

struct Relay {
  Relay() {
    const auto made = house.credentials.make(tenant->id, "ann@shop.example", clock.wall_ms());
    const std::string nonce = house.nonces.make(key.client, clock.wall_ms());
    const auto ask = [&](StunWriter writer) {
      writer.add(Attribute::username, made.username).add(Attribute::realm, "calls").add(Attribute::nonce, nonce);
      say(writer.sign_sha1(teahouse::crypto::md5(made.username + ":calls:" + made.password)).take());
    };
    ask(StunWriter(Method::allocate, MessageClass::request, "0123456789aa")
            .add(Attribute::requested_transport, "\x11\0\0\0"sv));
    ask(StunWriter(Method::channel_bind, MessageClass::request, "0123456789ab")
            .add(Attribute::channel_number, "\x40\x01\0\0"sv)
            .address(Attribute::xor_peer_address, at("8.8.8.8", 9000)));
    if (turn.allocations() != 1 || heard.size() != 2) abort();
  }
  void say(std::string_view packet) {
    FakeLine line(heard, key);
    turn.begin_batch();
    turn.receive(line, packet);
  }

  teahouse::FakeClock clock;
  teahouse::TenantPtr tenant = make_tenant(7);
  Turn::House house{CallCredentials("a secret"), Nonces("another"), PeerGuard({}, {at("198.18.0.1", 0)}, {}),
                    Limits(10)};
  FakePorts ports;
  int64_t relayed_bytes = 0, dropped_packets = 0;
  Turn turn{clock, house, ports, [this](teahouse::TenantId) { return tenant; },
            Turn::Counters{relayed_bytes, dropped_packets}};
  std::vector<std::string> heard;
  const LineKey key{at("192.0.2.1", 4000), at("203.0.113.1", 3478)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Relay relay;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  while (input.size() > 2) {
    const size_t wanted = teahouse::calls::read_u16(input, 0);
    const std::string packet(input.substr(2, wanted));
    input.remove_prefix(std::min(input.size(), 2 + wanted));
    const size_t answers = relay.heard.size();
    relay.say(packet);
    if (relay.heard.size() > answers + 1) abort();
  }
  for (const auto& each : relay.ports.wires.sent) {
    if (!each.peer.has_ip_of(at("8.8.8.8", 0)) || each.data.size() > size) abort();
  }
  return 0;
}

}  // namespace turn_fuzz
