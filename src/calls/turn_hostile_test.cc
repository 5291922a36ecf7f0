// Those who want more than they may have of the relay.
#include "calls/testing/turn_world.h"
#include "calls/turn.h"

namespace teahouse::calls::turn_hostile_test {
namespace {

using testing::at;
using testing::TurnWorld;

struct TurnHostileTest : TurnWorld {};

TEST_F(TurnHostileTest, NobodyReachesPrivateNetworks) {
  ASSERT_EQ(allocate(ann_, {{Attribute::additional_address_family, std::string("\2\0\0\0", 4)}}), 0);
  for (const char* ip : {"127.0.0.1",
                         "127.1.2.3",
                         "10.0.0.1",
                         "172.16.0.1",
                         "192.168.1.1",
                         "169.254.169.254",
                         "100.64.0.1",
                         "0.0.0.0",
                         "224.0.0.1",
                         "239.255.255.250",
                         "255.255.255.255",
                         "192.0.2.1",
                         "198.18.0.2",
                         "203.0.113.1",
                         "::",
                         "::1",
                         "fe80::1",
                         "fc00::1",
                         "fd12::1",
                         "ff02::1",
                         "::127.0.0.1",
                         "::10.0.0.1",
                         "::ffff:0:127.0.0.1",
                         "64:ff9b::127.0.0.1",
                         "64:ff9b::a00:1",
                         "64:ff9b:1::1",
                         "2002:7f00:1::",
                         "2002:0a00:1::1",
                         "2002:c0a8:101::1",
                         "2001:0:1:2:3:4:80ff:fffe",
                         "2001:db8::5",
                         "2607:f8b0::5efe:127.0.0.1"}) {
    EXPECT_EQ(permit(ann_, {at(ip, 80)}), 403) << ip;
    EXPECT_EQ(bind(ann_, 0x4001, at(ip, 80)), 403) << ip;
    send(ann_, at(ip, 80), "GET / HTTP/1.0\r\n\r\n");
  }
  EXPECT_TRUE(ports_.wires.sent.empty());
  EXPECT_EQ(permit(ann_, {peer_, at("2606:4700::1", 1)}), 0);
}

// ::ffff:127.0.0.1 in an IPv6 attribute: what it says, and not what the family says.
TEST_F(TurnHostileTest, AMappedAddressIsTheOneThatItHolds) {
  ASSERT_EQ(allocate(ann_, {{Attribute::requested_address_family, std::string("\2\0\0\0", 4)}}), 0);
  Endpoint mapped = at("2606:4700::1", 80);
  mapped.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1};
  EXPECT_EQ(permit(ann_, {mapped}), 403);
  EXPECT_EQ(bind(ann_, 0x4001, mapped), 403);
}

TEST_F(TurnHostileTest, TheRelaysOwnAddressIsReachedAtRelayedPortsAlone) {
  PeerGuard guard({at("9.9.9.8", 0), at("9.9.9.7", 0)}, {at("9.9.9.8", 0)}, {50000, 60000});
  EXPECT_TRUE(guard.allows_address(at("9.9.9.8", 5)));
  EXPECT_TRUE(guard.allows_port(at("9.9.9.8", 50000)));
  EXPECT_FALSE(guard.allows_port(at("9.9.9.8", 5222)));
  EXPECT_FALSE(guard.allows_port(at("9.9.9.8", 49999)));
  EXPECT_FALSE(guard.allows_address(at("9.9.9.7", 50000)));
  EXPECT_FALSE(guard.allows_address(at("64:ff9b::909:908", 50000))) << "its own address in another form";
  EXPECT_FALSE(guard.allows_address(at("2002:909:908::1", 50000)));
  EXPECT_TRUE(guard.allows_port(at("8.8.8.8", 53)));
  EXPECT_FALSE(guard.allows_port(at("8.8.8.8", 0)));
  EXPECT_TRUE(PeerGuard().allows_address(at("127.0.0.1", 80)));
}

TEST_F(TurnHostileTest, AnotherTenantsCredentialsOpenNothing) {
  ASSERT_EQ(allocate(ann_), 0);
  const Endpoint address = relayed(ann_);
  ASSERT_EQ(permit(ann_, {peer_}), 0);
  Client mallory = bo_;
  mallory.key = ann_.key;  // from ann's very address
  EXPECT_EQ(refresh(mallory, 0), 441);
  EXPECT_EQ(permit(mallory, {other_}), 441);
  EXPECT_EQ(bind(mallory, 0x4001, other_), 441);
  mallory.credentials.username = ann_.credentials.username;  // with bo's password
  EXPECT_EQ(refresh(mallory, 0), 401);
  EXPECT_EQ(turn_.allocations(), 1U);
  hear(address, other_, "x");
  EXPECT_EQ(shop_->meter->call_bytes, 0);
}

TEST_F(TurnHostileTest, CredentialsEndAfterADay) {
  clock_.advance_ms(CallCredentials::lasts_ms - 1000);
  EXPECT_EQ(allocate(ann_), 0);
  clock_.advance_ms(1000);
  EXPECT_EQ(refresh(ann_, 600), 401);
  EXPECT_FALSE(house_.credentials.read("99999999999:7:0123456789abcdef", clock_.wall_ms())) << "not yet made";
  for (const char* name : {"", ":", "::", "1:2", "x:7:0123456789abcdef", "1700000000:x:0123456789abcdef",
                           "1700000000:7:", "-1:7:0123456789abcdef", "+1700000000:7:0123456789abcdef"}) {
    EXPECT_FALSE(house_.credentials.read(name, 1'699'999'999'000)) << name;
  }
}

// An address in a packet is not its sender's: what is sent there for it is little, and not more often than so.
TEST_F(TurnHostileTest, AmplifiesLittleAndNotForLong) {
  const std::string bindings = StunWriter(Method::binding, MessageClass::request, "0123456789ab").take();
  const std::string allocates = StunWriter(Method::allocate, MessageClass::request, "0123456789ab")
                                    .add(Attribute::requested_transport, std::string("\x11\0\0\0", 4))
                                    .take();
  const std::string refuses = StunWriter(Method::allocate, MessageClass::request, "0123456789ab").sign_sha1("x").take();
  std::string unknown_attributes = StunWriter(Method::binding, MessageClass::request, "0123456789ab").take();
  StunWriter many(Method::binding, MessageClass::request, "0123456789ab");
  for (uint16_t type = 0x100; type < 0x200; ++type) many.add(static_cast<Attribute>(type), {});
  const std::string unknowns = many.take();
  EXPECT_LE(say(ann_, bindings)->size(), bindings.size() + 12);
  EXPECT_LE(say(ann_, allocates)->size(), 100U);
  EXPECT_LE(say(ann_, refuses)->size(), refuses.size());
  EXPECT_LE(say(ann_, unknowns)->size(), unknowns.size());
  size_t answers = 0;
  for (int i = 0; i < 10'000; ++i) answers += say(ann_, allocates).has_value();
  EXPECT_LE(answers, 200U);
  EXPECT_TRUE(say(bo_, allocates)) << "another network";
  for (const char* ip : {"2001:db8:1:2::1", "2001:db8:1:2::2"}) {
    Client each = client(ip, 1, shop_, "ann@shop.example");
    answers = 0;
    for (int i = 0; i < 500; ++i) answers += say(each, bindings).has_value();
    EXPECT_LE(answers, 200U);
  }
  clock_.advance_ms(1000);
  answers = 0;
  for (int i = 0; i < 500; ++i) answers += say(ann_, bindings).has_value();
  EXPECT_LE(answers, 51U);
}

TEST_F(TurnHostileTest, TenThousandAllocationsOfOneAccount) {
  int made = 0, refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    Client each = client("8.8.4.4", 1, shop_, "ann@shop.example");
    each.key.client.ip[2] = static_cast<uint8_t>(i >> 8);  // from everywhere
    each.key.client.ip[3] = static_cast<uint8_t>(i);
    const int code = allocate(each);
    made += code == 0;
    refused += code == 486;
  }
  EXPECT_EQ(made, shop_->limits().call_allocations_per_account);
  EXPECT_EQ(refused, 10'000 - made);
  EXPECT_EQ(allocate(bo_), 0);
}

TEST_F(TurnHostileTest, OneNetworkDoesNotTakeAll) {
  auto rich = std::make_shared<Tenant>(*shop_);
  rich->plan.limits.call_allocations = unlimited;
  rich->plan.limits.call_allocations_per_account = unlimited;
  rich->plan.limits.call_allocations_per_network = unlimited;
  shop_ = rich;
  int made = 0;
  for (uint16_t port = 1; port <= 2100; ++port) {
    Client each = client("192.0.2.60", port, shop_, "ann@shop.example");
    each.nonce = house_.nonces.make(each.key.client, clock_.wall_ms());
    made += allocate(each) == 0;
  }
  EXPECT_EQ(made, Limits::per_network);
}

TEST_F(TurnHostileTest, FloodsOfChannelsAndPermissionsEnd) {
  ASSERT_EQ(allocate(ann_), 0);
  int bound = 0, permitted = 0;
  for (uint16_t i = 0; i < 1000; ++i) bound += bind(ann_, 0x4000 + i, at("8.8.8.8", 1 + i)) == 0;
  EXPECT_EQ(bound, Allocation::channels_max);
  for (int i = 0; i < 1000; ++i) {
    Endpoint each = at("9.0.0.0", 1);
    each.ip[2] = static_cast<uint8_t>(i >> 8);
    each.ip[3] = static_cast<uint8_t>(i);
    permitted += permit(ann_, {each}) == 0;
  }
  EXPECT_EQ(permitted, Allocation::permissions_max - 1) << "one is that of the channels";
  go_by(301);
  EXPECT_EQ(permit(ann_, {peer_}), 0);
}

TEST_F(TurnHostileTest, OthersSayNothingByAnAllocation) {
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(bind(ann_, 0x4001, peer_), 0);
  Client spoofed = ann_;
  spoofed.key.client.port = 4001;
  send_channel(spoofed, 0x4001, "x");
  send(spoofed, peer_, "x");
  spoofed = ann_;
  spoofed.key.local.port = 5349;
  send_channel(spoofed, 0x4001, "x");
  EXPECT_TRUE(ports_.wires.sent.empty());
}

TEST_F(TurnHostileTest, BrokenPacketsAreDropped) {
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(bind(ann_, 0x4001, peer_), 0);
  for (const std::string& bytes :
       {std::string(), std::string("\x40"), std::string("\x40\x01\0", 3), std::string("\x40\x01\0\5abcd", 8),
        std::string("\x50\0\0\1a", 5), std::string("\xFF\xFF\0\1a", 5), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string(20, '\0'), std::string("\x16\x03\x01\x02\0", 5), std::string(1500, 'x')}) {
    EXPECT_FALSE(say(ann_, bytes));
  }
  EXPECT_TRUE(ports_.wires.sent.empty());
  send_channel(ann_, 0x4001, "");
  EXPECT_EQ(ports_.wires.sent.size(), 1U) << "an empty datagram is one";
  EXPECT_EQ(say(ann_, std::string("\x40\x01\0\1ab\0\0", 8)), std::nullopt);
  EXPECT_EQ(ports_.wires.sent.back().data, "a") << "padding is not sent on";
}

TEST_F(TurnHostileTest, AResponseIsAnsweredByNobody) {
  for (const MessageClass each : {MessageClass::success, MessageClass::error, MessageClass::indication}) {
    EXPECT_FALSE(say(ann_, StunWriter(Method::binding, each, "0123456789ab").take()));
    EXPECT_FALSE(say(ann_, StunWriter(Method::allocate, each, "0123456789ab").take()));
  }
}

TEST_F(TurnHostileTest, AnAllocationIsSmall) {
  EXPECT_LE(sizeof(Allocation) + sizeof(Use) + Allocation::permissions_max * 32 + Allocation::channels_max * 32, 6144U);
}

}  // namespace
}  // namespace teahouse::calls::turn_hostile_test
