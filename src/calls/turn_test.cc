// A table of requests and the answers that RFC 8656 and RFC 8489 ask for.
#include "calls/turn.h"

#include "calls/testing/turn_world.h"

namespace teahouse::calls::turn_test {
namespace {

using testing::at;
using testing::TurnWorld;
using testing::u32;

const std::string udp("\x11\0\0\0", 4);

struct TurnTest : TurnWorld {};

TEST_F(TurnTest, AnswersABindingWithTheAddress) {
  const auto answer =
      say(ann_, StunWriter(Method::binding, MessageClass::request, "0123456789ab").fingerprint().take());
  ASSERT_TRUE(answer);
  const auto message = StunMessage::parse(*answer);
  EXPECT_TRUE(message->is(Method::binding, MessageClass::success));
  EXPECT_EQ(message->transaction(), "0123456789ab");
  EXPECT_EQ(message->find_address(Attribute::xor_mapped_address), at("192.0.2.10", 4000));
  EXPECT_TRUE(message->has(Attribute::fingerprint)) << "as the request has one";
  EXPECT_FALSE(say(ann_, StunWriter(Method::binding, MessageClass::indication, "0123456789ab").take()));
}

// RFC 8489 section 6.3.1: a comprehension-required attribute that is not known is 420, and named.
TEST_F(TurnTest, NamesAttributesThatItDoesNotKnow) {
  const auto answer = say(ann_, StunWriter(Method::binding, MessageClass::request, "0123456789ab")
                                    .number(static_cast<Attribute>(3), 0)
                                    .number(static_cast<Attribute>(0x8055), 0)
                                    .take());
  EXPECT_EQ(code_of(answer), 420);
  EXPECT_EQ(StunMessage::parse(*answer)->find(Attribute::unknown_attributes), std::string_view("\0\3", 2));
}

// RFC 8489 section 9.2.4, in its order.
TEST_F(TurnTest, AsksForCredentials) {
  const auto answer = say(ann_, StunWriter(Method::allocate, MessageClass::request, "0123456789ab").take());
  const auto message = StunMessage::parse(*answer);
  EXPECT_EQ(code_of(answer), 401);
  EXPECT_EQ(message->find(Attribute::realm), "calls");
  EXPECT_TRUE(message->find(Attribute::nonce)->starts_with("obMatJos2"));
  EXPECT_EQ(message->find(Attribute::password_algorithms), std::string_view("\0\2\0\0\0\1\0\0", 8));
  EXPECT_FALSE(message->has(Attribute::message_integrity));
  EXPECT_EQ(allocate(ann_), 0);
}

TEST_F(TurnTest, RefusesCredentialsThatAreNotRight) {
  learn_nonce(ann_);
  const auto try_with = [&](const std::function<void(Client&)>& change) {
    Client changed = ann_;
    change(changed);
    return allocate(changed);
  };
  EXPECT_EQ(try_with([](Client& c) { c.credentials.password += "x"; }), 401);
  EXPECT_EQ(try_with([](Client& c) { c.credentials.username[0] = '9'; }), 401) << "it ends in another century";
  EXPECT_EQ(try_with([](Client& c) { c.credentials.username = "ann"; }), 401);
  EXPECT_EQ(try_with([](Client& c) { c.credentials.username.back() ^= 1; }), 401) << "another account";
  EXPECT_EQ(try_with([](Client& c) { c.nonce.back() ^= 1; }), 438);
  EXPECT_EQ(try_with([](Client& c) { c.nonce = "old"; }), 438);
  EXPECT_EQ(try_with([](Client& c) { c.key.client.port = 4001; }), 438) << "the nonce is another address's";
  StunWriter without(Method::allocate, MessageClass::request, "0123456789ab");
  EXPECT_EQ(code_of(say(ann_, without.sign_sha1("x").take())), 400) << "an integrity and no user name";
  EXPECT_EQ(turn_.allocations(), 0U);
  clock_.advance_ms(Nonces::lasts_ms);
  EXPECT_EQ(allocate(ann_), 438);
  EXPECT_TRUE(StunMessage::parse(ann_.heard.back())->has(Attribute::nonce)) << "a new one";
}

TEST_F(TurnTest, TakesEachKindOfIntegrity) {
  for (const uint16_t algorithm : {1, 2}) {
    for (const bool sha256 : {false, true}) {
      Client each = client("192.0.2.20", static_cast<uint16_t>(algorithm * 10 + sha256), shop_, "ann@shop.example");
      each.algorithm = algorithm;
      each.uses_sha256 = sha256;
      each.algorithms = std::string("\0\2\0\0\0\1\0\0", 8);
      EXPECT_EQ(allocate(each), 0) << algorithm << sha256;
      const auto message = StunMessage::parse(each.heard.back());
      EXPECT_EQ(message->has(Attribute::message_integrity_sha256), sha256);
    }
  }
  Client bidden_down = client("192.0.2.20", 99, shop_, "ann@shop.example");
  bidden_down.algorithms = std::string("\0\1\0\0", 4);
  learn_nonce(bidden_down);
  const auto answer = say(bidden_down, authentic(bidden_down, Method::allocate, "0123456789ab", {}));
  EXPECT_EQ(code_of(answer), 400) << "somebody on the way took SHA-256 out of the list";
}

TEST_F(TurnTest, AllocatesAsAsked) {
  struct Row {
    const char* why;
    Attributes attributes;
    int code;
  };
  const std::string v4("\1\0\0\0", 4), v6("\2\0\0\0", 4), udp_again = udp;
  const Row rows[] = {
      {"section 7.2: REQUESTED-TRANSPORT is missing: 400", {}, 400},
      {"7.2: a transport that is not UDP: 442", {{Attribute::requested_transport, std::string("\x06\0\0\0", 4)}}, 442},
      {"7.2: REQUESTED-TRANSPORT is malformed: 400", {{Attribute::requested_transport, "\x11"}}, 400},
      {"18.13: DONT-FRAGMENT is known", {{Attribute::requested_transport, udp}, {Attribute::dont_fragment, ""}}, 0},
      {"IPv4", {{Attribute::requested_transport, udp}, {Attribute::requested_address_family, v4}}, 0},
      {"IPv6", {{Attribute::requested_transport, udp}, {Attribute::requested_address_family, v6}}, 0},
      {"7.2: a family that is not there: 440",
       {{Attribute::requested_transport, udp}, {Attribute::requested_address_family, std::string("\3\0\0\0", 4)}},
       440},
      {"7.2: both REQUESTED- and ADDITIONAL-ADDRESS-FAMILY: 400",
       {{Attribute::requested_transport, udp},
        {Attribute::requested_address_family, v4},
        {Attribute::additional_address_family, v6}},
       400},
      {"7.2: ADDITIONAL-ADDRESS-FAMILY of IPv4: 400",
       {{Attribute::requested_transport, udp}, {Attribute::additional_address_family, v4}},
       400},
      {"7.2: ADDITIONAL-ADDRESS-FAMILY with a pair: 400",
       {{Attribute::requested_transport, udp},
        {Attribute::additional_address_family, v6},
        {Attribute::even_port, "\x80"}},
       400},
      {"7.2: RESERVATION-TOKEN with EVEN-PORT: 400",
       {{Attribute::requested_transport, udp},
        {Attribute::reservation_token, "12345678"},
        {Attribute::even_port, "\x80"}},
       400},
      {"7.2: RESERVATION-TOKEN that nobody gave: 508",
       {{Attribute::requested_transport, udp}, {Attribute::reservation_token, "12345678"}},
       508},
      {"RFC 8489 6.3.1: unknown: 420",
       {{Attribute::requested_transport, udp}, {static_cast<Attribute>(0x0033), "abcd"}},
       420},
      {"RFC 6062 is not there: TCP allocations ask with transport 6",
       {{Attribute::requested_transport, std::string("\6\0\0\0", 4)}},
       442},
  };
  uint16_t port = 6000;
  for (const Row& row : rows) {
    Client each = client("192.0.2.30", port++, shop_, "ann@shop.example");
    EXPECT_EQ(ask(each, Method::allocate, row.attributes), row.code) << row.why;
  }
  EXPECT_EQ(forum_->meter->call_allocations, 0);
}

TEST_F(TurnTest, GivesTwoAddresses) {
  EXPECT_EQ(allocate(ann_, {{Attribute::additional_address_family, std::string("\2\0\0\0", 4)}}), 0);
  EXPECT_EQ(relayed(ann_, 0).family, Family::v4);
  EXPECT_EQ(relayed(ann_, 1).family, Family::v6);
  EXPECT_EQ(ask(ann_, Method::refresh,
                {{Attribute::lifetime, u32(0)}, {Attribute::requested_address_family, std::string("\2\0\0\0", 4)}}),
            0);
  EXPECT_EQ(ports_.wires.open.size(), 1U);
  EXPECT_EQ(ask(ann_, Method::refresh,
                {{Attribute::lifetime, u32(9)}, {Attribute::requested_address_family, std::string("\2\0\0\0", 4)}}),
            443);
  ports_.has_v6 = false;
  EXPECT_EQ(allocate(bo_, {{Attribute::additional_address_family, std::string("\2\0\0\0", 4)}}), 0);
  EXPECT_EQ(StunMessage::parse(bo_.heard.back())->find(Attribute::address_error_code),
            std::string_view("\2\0\4\x28", 4));
}

TEST_F(TurnTest, KeepsAPairOfPortsTogether) {
  EXPECT_EQ(allocate(ann_, {{Attribute::even_port, "\x80"}}), 0);
  const Endpoint even = relayed(ann_);
  EXPECT_EQ(even.port % 2, 0);
  const std::string token(*StunMessage::parse(ann_.heard.back())->find(Attribute::reservation_token));
  Client second = client("192.0.2.10", 4002, shop_, "ann@shop.example");
  EXPECT_EQ(allocate(second, {{Attribute::reservation_token, token}}), 0);
  EXPECT_EQ(relayed(second).port, even.port + 1);
  Client third = client("192.0.2.10", 4003, shop_, "ann@shop.example");
  EXPECT_EQ(allocate(third, {{Attribute::reservation_token, token}}), 508) << "once";
}

TEST_F(TurnTest, AnswersARequestThatComesAgain) {
  learn_nonce(ann_);
  const std::string request =
      authentic(ann_, Method::allocate, "0123456789ab", {{Attribute::requested_transport, udp}});
  const auto first = say(ann_, request), second = say(ann_, request);
  EXPECT_EQ(code_of(first), 0);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(allocate(ann_), 437) << "another one";
  EXPECT_EQ(turn_.allocations(), 1U);
}

TEST_F(TurnTest, LastsAsLongAsItIsRefreshed) {
  const auto lifetime = [&] { return StunMessage::parse(ann_.heard.back())->find_number(Attribute::lifetime); };
  EXPECT_EQ(refresh(ann_, 600), 437);
  EXPECT_EQ(allocate(ann_, {{Attribute::lifetime, u32(1)}}), 0);
  EXPECT_EQ(lifetime(), 600U);
  EXPECT_EQ(refresh(ann_, 100'000), 0);
  EXPECT_EQ(lifetime(), 3600U);
  go_by(3599);
  EXPECT_EQ(turn_.allocations(), 1U);
  ann_.nonce.clear();
  EXPECT_EQ(refresh(ann_, 600), 0);
  go_by(600);
  EXPECT_EQ(turn_.allocations(), 0U);
  EXPECT_EQ(shop_->meter->call_allocations, 0);
  ann_.nonce.clear();
  EXPECT_EQ(allocate(ann_), 0);
  EXPECT_EQ(refresh(ann_, 0), 0);
  EXPECT_EQ(lifetime(), 0U);
  EXPECT_EQ(turn_.allocations(), 0U);
  EXPECT_TRUE(ports_.wires.open.empty());
}

TEST_F(TurnTest, RelaysWhatIsPermitted) {
  EXPECT_EQ(allocate(ann_), 0);
  const Endpoint address = relayed(ann_);
  send(ann_, peer_, "early");
  hear(address, peer_, "early");
  EXPECT_TRUE(ports_.wires.sent.empty());
  EXPECT_EQ(permit(ann_, {peer_}), 0);
  const size_t heard = ann_.heard.size();
  send(ann_, peer_, "hello", true);
  send(ann_, other_, "not to them");
  ASSERT_EQ(ports_.wires.sent.size(), 1U);
  EXPECT_EQ(ports_.wires.sent[0].data, "hello");
  EXPECT_EQ(ports_.wires.sent[0].from, address);
  EXPECT_EQ(ports_.wires.sent[0].peer, peer_);
  EXPECT_TRUE(ports_.wires.sent[0].dont_fragment);
  hear(address, other_, "not from them");
  EXPECT_EQ(ann_.heard.size(), heard);
  hear(address, at("8.8.8.8", 1), "from any port");
  ASSERT_EQ(ann_.heard.size(), heard + 1);
  const auto data = StunMessage::parse(ann_.heard.back());
  EXPECT_TRUE(data->is(Method::data, MessageClass::indication));
  EXPECT_EQ(data->find(Attribute::data), "from any port");
  EXPECT_EQ(data->find_address(Attribute::xor_peer_address), at("8.8.8.8", 1));
  EXPECT_TRUE(bo_.heard.empty());
  EXPECT_EQ(shop_->meter->call_bytes, 18);
  EXPECT_EQ(forum_->meter->call_bytes, 0);
  go_by(300);
  send(ann_, peer_, "late");
  EXPECT_EQ(ports_.wires.sent.size(), 1U) << "a permission lasts 300 seconds (section 9)";
}

TEST_F(TurnTest, RelaysThroughChannels) {
  EXPECT_EQ(allocate(ann_), 0);
  const Endpoint address = relayed(ann_);
  EXPECT_EQ(bind(ann_, 0x4001, peer_), 0);
  send_channel(ann_, 0x4001, "hello");
  send_channel(ann_, 0x4002, "to nobody");
  ASSERT_EQ(ports_.wires.sent.size(), 1U);
  EXPECT_EQ(ports_.wires.sent[0].data, "hello");
  hear(address, peer_, "hi");
  EXPECT_EQ(ann_.heard.back(), std::string("\x40\x01\0\2hi", 6));
  hear(address, at("8.8.8.8", 9001), "another port");
  EXPECT_TRUE(StunMessage::parse(ann_.heard.back())) << "its channel is of one port";
  EXPECT_EQ(bind(ann_, 0x4001, other_), 400) << "section 12.2: the channel is bound";
  EXPECT_EQ(bind(ann_, 0x4002, peer_), 400) << "the peer is bound";
  EXPECT_EQ(bind(ann_, 0x3FFF, other_), 400);
  EXPECT_EQ(bind(ann_, 0x5000, other_), 400);
  EXPECT_EQ(bind(ann_, 0x4001, peer_), 0) << "again";
  go_by(301);
  send_channel(ann_, 0x4001, "late");
  EXPECT_EQ(ports_.wires.sent.size(), 1U) << "its permission is over, and the channel not";
}

TEST_F(TurnTest, PeersAreOfTheAllocationsFamily) {
  EXPECT_EQ(allocate(ann_), 0);
  EXPECT_EQ(permit(ann_, {at("2606:4700::1", 1)}), 443);
  EXPECT_EQ(bind(ann_, 0x4001, at("2606:4700::1", 1)), 443);
  EXPECT_EQ(permit(ann_, {peer_, at("2606:4700::1", 1)}), 443) << "all or none";
  send(ann_, peer_, "x");
  EXPECT_TRUE(ports_.wires.sent.empty());
  EXPECT_EQ(permit(ann_, {}), 400);
}

TEST_F(TurnTest, CountsForTheTenant) {
  auto changed = std::make_shared<Tenant>(*shop_);
  changed->plan.limits.call_allocations = 3;
  changed->plan.limits.call_allocations_per_account = 2;
  shop_ = changed;
  std::vector<Client> anns;
  for (uint16_t i = 0; i < 3; ++i) anns.push_back(client("192.0.2.40", 7000 + i, shop_, "ann@shop.example"));
  EXPECT_EQ(allocate(anns[0]), 0);
  EXPECT_EQ(allocate(anns[1]), 0);
  EXPECT_EQ(allocate(anns[2]), 486) << "the account";
  Client cy = client("192.0.2.41", 1, shop_, "cy@shop.example"), di = client("192.0.2.41", 2, shop_, "di@shop.example");
  EXPECT_EQ(allocate(cy), 0);
  EXPECT_EQ(allocate(di), 486) << "the tenant";
  EXPECT_EQ(allocate(bo_), 0) << "another tenant";
  EXPECT_EQ(refresh(anns[0], 0), 0);
  EXPECT_EQ(allocate(di), 0);
}

TEST_F(TurnTest, CountsForTheNetworkInTheTenant) {
  auto changed = std::make_shared<Tenant>(*shop_);
  changed->plan.limits.call_allocations_per_network = 2;
  shop_ = changed;
  std::vector<Client> near;
  for (const char* account : {"ann@shop.example", "cy@shop.example", "di@shop.example"}) {
    near.push_back(client("192.0.2.40", static_cast<uint16_t>(7000 + near.size()), shop_, account));
  }
  Client far = client("192.0.2.41", 1, shop_, "di@shop.example");
  Client of_other = client("192.0.2.40", 7009, forum_, "bo@forum.example");
  EXPECT_EQ(allocate(near[0]), 0);
  EXPECT_EQ(allocate(near[1]), 0);
  EXPECT_EQ(allocate(near[2]), 486);
  EXPECT_EQ(shop_->meter->call_allocations, 2) << "what was taken before that is given back";
  EXPECT_EQ(allocate(far), 0);
  EXPECT_EQ(allocate(of_other), 0) << "another tenant, of the same network";
  EXPECT_EQ(refresh(near[0], 0), 0);
  EXPECT_EQ(allocate(near[2]), 0);
}

TEST_F(TurnTest, BoundsTheBitsOfATenant) {
  auto changed = std::make_shared<Tenant>(*shop_);
  changed->plan.limits.call_bits_per_s = 80'000;
  shop_ = changed;
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(bind(ann_, 0x4001, peer_), 0);
  for (int i = 0; i < 100; ++i) send_channel(ann_, 0x4001, std::string(1000, 'x'));
  EXPECT_EQ(ports_.wires.sent.size(), 6U) << "half a second, and one packet";
  EXPECT_EQ(dropped_packets_, 94);
  clock_.advance_ms(1000);
  for (int i = 0; i < 100; ++i) send_channel(ann_, 0x4001, std::string(1000, 'x'));
  EXPECT_EQ(ports_.wires.sent.size(), 12U);
  EXPECT_EQ(shop_->meter->call_bytes, 12'000);
}

TEST_F(TurnTest, EndsWhenTheMonthIsUsedUp) {
  auto changed = std::make_shared<Tenant>(*shop_);
  changed->plan.limits.call_bytes_per_month = 2500;
  shop_ = changed;
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(bind(ann_, 0x4001, peer_), 0);
  for (int i = 0; i < 9; ++i) send_channel(ann_, 0x4001, std::string(1000, 'x'));
  EXPECT_EQ(ports_.wires.sent.size(), 3U);
  Client cy = client("192.0.2.41", 1, shop_, "cy@shop.example");
  EXPECT_EQ(allocate(cy), 486);
  EXPECT_EQ(allocate(bo_), 0);
  shop_->meter->call_bytes = 0;
  EXPECT_EQ(allocate(cy), 0);
}

TEST_F(TurnTest, CountsSecondsInWhichSomethingIsRelayed) {
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(bind(ann_, 0x4001, peer_), 0);
  go_by(5);
  EXPECT_EQ(shop_->meter->call_seconds, 0);
  send_channel(ann_, 0x4001, "x");
  go_by(5);
  go_by(5);
  EXPECT_EQ(shop_->meter->call_seconds, 5);
}

TEST_F(TurnTest, EndsWithItsTenantAndItsAccount) {
  ASSERT_EQ(allocate(ann_), 0);
  ASSERT_EQ(allocate(bo_), 0);
  auto suspended = std::make_shared<Tenant>(*shop_);
  suspended->suspended = true;
  shop_ = suspended;
  turn_.follow(shop_);
  EXPECT_EQ(turn_.allocations(), 1U);
  EXPECT_EQ(shop_->meter->call_allocations, 0);
  EXPECT_EQ(allocate(ann_), 401);
  const std::string bo = house_.credentials.name_of(forum_->id, "bo@forum.example");
  house_.limits.end_account(forum_->id, bo, clock_.wall_ms());
  turn_.end([&](const Use& use) { return use.account() == bo; });
  EXPECT_EQ(turn_.allocations(), 0U);
  EXPECT_EQ(allocate(bo_), 401) << "credentials that are left over";
  clock_.advance_ms(1000);
  Client heir = client("192.0.2.50", 1, forum_, "bo@forum.example");
  EXPECT_EQ(allocate(heir), 0) << "a later account of this name";
}

}  // namespace
}  // namespace teahouse::calls::turn_test
