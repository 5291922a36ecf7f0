#include "modules/bytestreams/bytestreams_module.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "server/testing/session_world.h"
#include "xmpp/namespaces.h"

namespace teahouse::bytestreams_module_test {
namespace {

using bytestreams::Peer;
using bytestreams::Streamhost;
using namespace std::string_literals;

constexpr char shop_proxy[] = "proxy.shop.example", forum_proxy[] = "proxy.forum.example";

// The shop's ann sends files to the forum's ann.
struct BytestreamsModuleTest : testing::SessionWorld {
  BytestreamsModuleTest() {
    home_.modules().add(std::make_unique<BytestreamsModule>());
    module_ = static_cast<BytestreamsModule*>(home_.modules().find("bytestreams"));
    all_->index_of = [](std::string_view) { return 0; };
    module_->move_in(all_, {"", 5000});
    all_->hosts.push_back(module_->streamhost());
  }
  ~BytestreamsModuleTest() override {
    for (const int user : users_) ::close(user);
  }

  std::string ask(Session& session, testing::Wire& wire, const std::string& host, StanzaType type,
                  const std::string& payload) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = "b";
    iq.from = session.jid();
    iq.to = *Jid::parse(host);
    wire.last.clear();
    home_.router().route(std::move(iq));
    turns();
    return wire.last;
  }
  std::string activate(Session& session, testing::Wire& wire, const std::string& host, const std::string& sid,
                       const std::string& target) {
    return ask(session, wire, host, StanzaType::set,
               "<query xmlns='http://jabber.org/protocol/bytestreams' sid='" + sid + "'><activate>" + target +
                   "</activate></query>");
  }
  std::string activate(const std::string& sid) {
    return activate(*shop_, shop_wire_, shop_proxy, sid, forum_->jid().str());
  }
  std::string hash_of(const std::string& sid) {
    return crypto::to_hex(crypto::sha1(sid + shop_->jid().str() + forum_->jid().str()));
  }
  int connect_proxy(const std::string& address = "192.0.2.1") {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0);
    module_->streamhost()->accept(std::make_unique<net::Connection>(loop_, fds[0], address));
    users_.push_back(fds[1]);
    return fds[1];
  }
  void turns() {
    turn();
    turn();
  }
  void say(int user, std::string_view bytes) {
    EXPECT_EQ(::send(user, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
    turns();
  }
  // "END" at the end, or where the connection is broken.
  static std::string hear(int user) {
    std::string bytes(65536, '\0');
    const ssize_t n = ::recv(user, bytes.data(), bytes.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return "END";
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return bytes;
  }
  // The reply's code: 0 is granted.
  int shake(int user, const std::string& hash) {
    say(user, "\5\1\0\5\1\0\3\x28"s + hash + "\0\0"s);
    const std::string heard = hear(user);
    EXPECT_EQ(heard.substr(0, 3), "\5\0\5"s);
    return heard.size() < 4 ? -1 : heard[3];
  }
  // Both are connected.
  std::pair<int, int> connect_both(const std::string& sid, const std::string& address = "192.0.2.1") {
    const int one = connect_proxy(address), other = connect_proxy(address);
    EXPECT_EQ(shake(one, hash_of(sid)), 0);
    EXPECT_EQ(shake(other, hash_of(sid)), 0);
    return {one, other};
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  std::shared_ptr<Streamhost::All> all_ = std::make_shared<Streamhost::All>();
  BytestreamsModule* module_;
  std::vector<int> users_;
};

TEST_F(BytestreamsModuleTest, TellsItsAddressToTheTenantsUsersAlone) {
  const std::string query = "<query xmlns='http://jabber.org/protocol/bytestreams'/>";
  const std::string told = ask(*shop_, shop_wire_, shop_proxy, StanzaType::get, query);
  EXPECT_TRUE(has(told, "<streamhost jid='proxy.shop.example' host='proxy.shop.example' port='5000'/>")) << told;
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, shop_proxy, StanzaType::get, query), "<forbidden "));
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, forum_proxy, StanzaType::get, query), "jid='proxy.forum.example'"));
  const std::string info =
      ask(*shop_, shop_wire_, shop_proxy, StanzaType::get, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  EXPECT_TRUE(has(info, "category='proxy' type='bytestreams'")) << info;
  EXPECT_TRUE(has(info, "<feature var='http://jabber.org/protocol/bytestreams'/>")) << info;
}

TEST_F(BytestreamsModuleTest, RelaysWhatComesAfterTheActivation) {
  const auto [one, other] = connect_both("s1");
  const auto [third, fourth] = connect_both("s2");
  say(one, "too early");
  EXPECT_TRUE(has(activate("s1"), "type='result'"));
  EXPECT_EQ(module_->streamhost()->relays(), 1U);
  EXPECT_EQ(module_->streamhost()->waiting(), 2U);
  say(one, "a file");
  say(other, "thanks");
  EXPECT_EQ(hear(other), "a file");
  EXPECT_EQ(hear(one), "thanks");
  EXPECT_EQ(hear(third) + hear(fourth), "");
  EXPECT_EQ(world_.shop->meter->relayed_bytes, 12);
  EXPECT_EQ(world_.forum->meter->relayed_bytes, 0) << "it is of the requester's tenant";
  EXPECT_EQ(world_.shop->meter->bytestreams, 1);
  ::shutdown(one, SHUT_WR);
  turns();
  EXPECT_EQ(hear(other), "END");
  EXPECT_EQ(world_.shop->meter->bytestreams, 1);
  ::shutdown(other, SHUT_WR);
  turns();
  EXPECT_EQ(world_.shop->meter->bytestreams, 0);
  EXPECT_TRUE(has(activate("s1"), "<item-not-found ")) << "once";
}

TEST_F(BytestreamsModuleTest, TheRequesterAloneActivates) {
  const auto [one, other] = connect_both("s");
  testing::Wire bo_wire;
  ASSERT_TRUE(world_.create(world_.shop, "bo"));
  plane_.hold_commits(false);
  Session* bo = connect("bo@shop.example/desk", bo_wire);
  const std::string ann = shop_->jid().str(), target = forum_->jid().str();
  EXPECT_TRUE(has(activate(*forum_, forum_wire_, forum_proxy, "s", ann), "<item-not-found ")) << "the target";
  EXPECT_TRUE(has(activate(*forum_, forum_wire_, forum_proxy, "s", target), "<item-not-found "));
  EXPECT_TRUE(has(activate(*forum_, forum_wire_, shop_proxy, "s", ann), "<forbidden "));
  EXPECT_TRUE(has(activate(*bo, bo_wire, shop_proxy, "s", target), "<item-not-found ")) << "a stranger";
  EXPECT_TRUE(has(activate("t"), "<item-not-found ")) << "another SID";
  say(one, "x");
  EXPECT_EQ(hear(other), "");
  EXPECT_EQ(module_->streamhost()->relays(), 0U);
  EXPECT_EQ(world_.shop->meter->bytestreams + world_.forum->meter->bytestreams, 0);
  EXPECT_TRUE(has(activate("s"), "type='result'"));
}

TEST_F(BytestreamsModuleTest, RefusesWhatIsNoActivation) {
  const std::string open = "<query xmlns='http://jabber.org/protocol/bytestreams' ";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {open + "sid='s'/>", "<bad-request "},
      {open + "><activate>" + forum_->jid().str() + "</activate></query>", "<bad-request "},
      {open + "sid=''><activate>" + forum_->jid().str() + "</activate></query>", "<bad-request "},
      {open + "sid='s'><activate>@</activate></query>", "<jid-malformed "},
      {open + "sid='s'><activate/></query>", "<jid-malformed "},
      {open + "sid='s' mode='udp'><activate>" + forum_->jid().str() + "</activate></query>",
       "<feature-not-implemented "},
  };
  for (const auto& [payload, condition] : wrong) {
    const std::string answer = ask(*shop_, shop_wire_, shop_proxy, StanzaType::set, payload);
    EXPECT_TRUE(has(answer, condition)) << payload << answer;
  }
  EXPECT_EQ(shake(connect_proxy(), hash_of("s")), 0);
  EXPECT_TRUE(has(activate("s"), "<not-allowed ")) << "one is missing";
}

TEST_F(BytestreamsModuleTest, TwoHaveAHash) {
  const auto [one, other] = connect_both("s");
  const int third = connect_proxy();
  EXPECT_EQ(shake(third, hash_of("s")), 2) << "not allowed";
  turns();
  EXPECT_EQ(hear(third), "END");
  EXPECT_TRUE(has(activate("s"), "type='result'"));
  say(one, "x");
  EXPECT_EQ(hear(other), "x");
}

TEST_F(BytestreamsModuleTest, OneThatLeavesMakesRoomForTheOther) {
  const int gone = connect_proxy(), there = connect_proxy();
  EXPECT_EQ(shake(gone, hash_of("s")), 0);
  EXPECT_EQ(shake(there, hash_of("s")), 0);
  ::shutdown(gone, SHUT_RDWR);
  turns();
  EXPECT_TRUE(has(activate("s"), "<not-allowed "));
  EXPECT_EQ(shake(connect_proxy(), hash_of("s")), 0);
  EXPECT_TRUE(has(activate("s"), "type='result'"));
}

TEST_F(BytestreamsModuleTest, WaitsForSoLong) {
  const int silent = connect_proxy(), half = connect_proxy(), waiting = connect_proxy();
  say(half, "\5\1\0\5\1\0\3"s);
  EXPECT_EQ(shake(waiting, hash_of("s")), 0);
  EXPECT_EQ(hear(half), "\5\0"s);
  world_.clock.advance_ms(Peer::handshake_ms + 100);
  turns();
  EXPECT_EQ(hear(silent) + hear(half), "ENDEND");
  EXPECT_EQ(hear(waiting), "");
  world_.clock.advance_ms(Peer::wait_ms);
  turns();
  EXPECT_EQ(hear(waiting), "END");
  EXPECT_EQ(module_->streamhost()->waiting(), 0U);
}

TEST_F(BytestreamsModuleTest, OfOneThatSaysMuchTooEarlyNothingIsKept) {
  const auto [one, other] = connect_both("s");
  const std::string piece(4096, 'x');
  for (size_t said = 0; said <= Peer::early_bytes_max; said += piece.size()) say(one, piece);
  EXPECT_EQ(hear(one), "END");
  EXPECT_EQ(hear(other), "");
  EXPECT_EQ(module_->streamhost()->waiting(), 1U);
}

TEST_F(BytestreamsModuleTest, OfOneNetworkSoManyAreLetIn) {
  std::vector<int> here;
  for (int64_t i = 0; i < Streamhost::connections_per_network; ++i) here.push_back(connect_proxy("2001:db8::1"));
  EXPECT_EQ(hear(connect_proxy("2001:db8::2")), "END");
  EXPECT_EQ(shake(connect_proxy("2001:db8:0:1::1"), hash_of("s")), 0);
  EXPECT_EQ(shake(here.front(), hash_of("s")), 0);
  ::shutdown(here.back(), SHUT_RDWR);
  turns();
  EXPECT_EQ(hear(connect_proxy("2001:db8::3")), "");
}

TEST_F(BytestreamsModuleTest, TheOneThatWaitsLongestMakesRoom) {
  all_->waiting_max = 2;
  const int first = connect_proxy(), second = connect_proxy(), third = connect_proxy();
  for (const auto& [user, sid] : {std::pair{first, "1"}, {second, "2"}, {third, "3"}}) {
    EXPECT_EQ(shake(user, hash_of(sid)), 0);
  }
  EXPECT_EQ(hear(first), "END");
  EXPECT_EQ(hear(second) + hear(third), "");
  EXPECT_EQ(module_->streamhost()->waiting(), 2U);
}

TEST_F(BytestreamsModuleTest, KeepsToThePlan) {
  Plan plan = world_.shop->plan;
  plan.limits.bytestreams = 2;
  plan.limits.bytestreams_per_account = 1;
  auto smaller = std::make_shared<Tenant>(*world_.shop);
  smaller->plan = plan;
  home_.set_tenant(smaller);
  connect_both("1");
  const auto [one, other] = connect_both("2");
  EXPECT_TRUE(has(activate("1"), "type='result'"));
  EXPECT_TRUE(has(activate("2"), "<error type='wait'><resource-constraint "));
  world_.shop->meter->bytestreams += 1;
  module_->streamhost()->end_relays([](const auto&) { return true; });
  turns();
  EXPECT_TRUE(has(activate("2"), "type='result'")) << "it still waits, and there is room";
  world_.shop->meter->bytestreams -= 1;
  say(one, "x");
  EXPECT_EQ(hear(other), "x");
}

TEST_F(BytestreamsModuleTest, StreamsEndWithTheirTenantAndTheirPeople) {
  const auto suspend = [this](const TenantPtr& tenant) {
    auto suspended = std::make_shared<Tenant>(*tenant);
    suspended->suspended = true;
    home_.hooks().tenant_changed(TenantPtr(suspended));  // without the end of the sessions
    home_.hosts().set(suspended);
    home_.hooks().tenant_changed(TenantPtr(suspended));
    turns();
    home_.hosts().set(tenant);
  };
  const auto remove = [this](const std::string& account) {
    const BareJid jid = *BareJid::parse(account);
    home_.hooks().account_removed(home_.hosts().find(jid.domainpart()), jid, nullptr);
    turns();
  };
  const std::vector<std::pair<std::string, std::function<void()>>> ends = {
      {"the tenant is suspended", [&] { suspend(world_.shop); }},
      {"the target's tenant is suspended", [&] { suspend(world_.forum); }},
      {"the requester is removed", [&] { remove("ann@shop.example"); }},
      {"the target is removed", [&] { remove("ann@forum.example"); }},
      {"the server stops", [&] { module_->streamhost()->end_relays([](const auto&) { return true; }); }},
  };
  for (const auto& [what, end] : ends) {
    const auto [one, other] = connect_both("s");
    EXPECT_TRUE(has(activate("s"), "type='result'")) << what;
    remove("bo@shop.example");
    say(one, "x");
    EXPECT_EQ(hear(other), "x") << what;
    end();
    turns();
    EXPECT_EQ(hear(one) + hear(other), "ENDEND") << what;
    EXPECT_EQ(module_->streamhost()->relays(), 0U) << what;
    EXPECT_EQ(world_.shop->meter->bytestreams, 0) << what;
  }
}

TEST_F(BytestreamsModuleTest, TakesNobodyWhenItHasStopped) {
  const auto [one, other] = connect_both("s");
  const int shaking = connect_proxy();
  home_.hooks().stopping();
  turns();
  EXPECT_EQ(hear(one) + hear(other) + hear(shaking), "ENDENDEND");
  EXPECT_EQ(hear(connect_proxy()), "END");
}

}  // namespace
}  // namespace teahouse::bytestreams_module_test
