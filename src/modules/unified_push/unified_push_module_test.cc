#include "modules/unified_push/unified_push_module.h"

#include <gmock/gmock.h>

#include "http/fake/served_pair.h"
#include "server/testing/session_world.h"

namespace teahouse::unified_push_module_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::Wire;

constexpr char hash[] = "EtD/1XPLmoIph7W73CZ/uyv6FAnhEAXY1GySHX17vAw=";

// Two tenants with an "ann" each; app servers post to this home's routes, and ann's phone answers by hand.
class UnifiedPushTest : public testing::SessionWorld {
 protected:
  UnifiedPushTest() {
    plane_.hold_commits(false);
    auto module = std::make_unique<UnifiedPushModule>();
    home_.modules().add(std::move(module));
    turn();
  }
  std::string ask(Session& session, Wire& wire, const std::string& to, const std::string& application = hash) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::set,
                             "<register xmlns='http://gultsch.de/xmpp/drafts/unified-push' application='" +
                                 application + "' instance='" + hash + "'/>");
    iq.id = "r";
    iq.to = *Jid::parse(to);
    wire.last.clear();
    home_.router().receive(session, std::move(iq));
    turn();
    return wire.last;
  }
  // The path of the endpoint that ann's phone gets at the shop.
  std::string path() {
    const std::string answer = ask(*shop_, shop_wire_, "shop.example");
    const std::string begin = "endpoint='https://shop.example";
    const size_t at = answer.find(begin);
    EXPECT_NE(at, answer.npos) << answer;
    if (at == answer.npos) return {};
    const size_t from = at + begin.size();
    return answer.substr(from, answer.find('\'', from) - from);
  }
  size_t post(const std::string& path, const std::string& body = "hello", const std::string& host = "shop.example") {
    const size_t peer = pair_.connect();
    pair_.send(peer, "POST " + path + " HTTP/1.1\r\nHost: " + host +
                         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    settle();
    return peer;
  }
  std::string answer_to(size_t peer) {
    settle();
    return pair_.receive(peer);
  }
  void settle() {
    for (int i = 0; i < 4; ++i) {
      pair_.turns();
      (void)world_.control->execute_now({"SELECT 1", {}});  // where accounts are looked up
      turn();
    }
  }
  void reply(Session& session, const std::string& id, const std::string& condition = "") {
    const std::string error =
        "<error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    Stanza iq = Stanza::make(StanzaKind::iq, condition.empty() ? StanzaType::result : StanzaType::error,
                             condition.empty() ? "" : error);
    iq.id = id;
    iq.to = *Jid::parse("shop.example");
    home_.router().receive(session, std::move(iq));
    settle();
  }
  bool was_pushed() const { return !shop_wire_.got.empty() && shop_wire_.got.back().starts_with("up-"); }

  http::fake::ServedPair pair_{home_.http_routes()};
};

TEST_F(UnifiedPushTest, WhatIsPostedGoesToTheClientAndItsAnswerBack) {
  const size_t peer = post(path(), std::string("a\0b", 3));
  ASSERT_TRUE(was_pushed());
  EXPECT_THAT(shop_wire_.last, HasSubstr("from='shop.example'"));
  EXPECT_THAT(shop_wire_.last, HasSubstr("to='ann@shop.example/phone'"));
  EXPECT_THAT(shop_wire_.last, HasSubstr("<push xmlns='http://gultsch.de/xmpp/drafts/unified-push' application='" +
                                         std::string(hash) + "' instance='" + hash + "'>YQBi</push>"));
  EXPECT_EQ(answer_to(peer), "");         // the client is asked first
  reply(*forum_, shop_wire_.got.back());  // somebody else's word
  EXPECT_EQ(answer_to(peer), "");
  const std::string id = shop_wire_.got.back();
  reply(*shop_, id);
  const std::string answer = answer_to(peer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 201 "));
  EXPECT_THAT(answer, HasSubstr("Location: https://shop.example/push/message/" + id + "\r\n"));
  EXPECT_THAT(answer, HasSubstr("TTL: 0\r\n"));
  EXPECT_TRUE(std::ranges::none_of(forum_wire_.got, [](const auto& each) { return each.starts_with("up-"); }));
}

TEST_F(UnifiedPushTest, AnswersAsTheClientDoes) {
  const std::string endpoint = path();
  const std::pair<const char*, int> all[] = {{"item-not-found", 404},
                                             {"feature-not-implemented", 404},
                                             {"service-unavailable", 503},
                                             {"recipient-unavailable", 503},
                                             {"internal-server-error", 503}};
  for (const auto& [condition, status] : all) {
    const size_t peer = post(endpoint);
    ASSERT_TRUE(was_pushed());
    reply(*shop_, shop_wire_.got.back(), condition);
    const std::string answer = answer_to(peer);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status))) << condition;
    EXPECT_EQ(answer.find("Retry-After") != answer.npos, status == 503) << condition;
  }
  const size_t peer = post(endpoint);  // nothing was noted: it is the client's word each time
  reply(*shop_, shop_wire_.got.back());
  EXPECT_THAT(answer_to(peer), StartsWith("HTTP/1.1 201 "));
}

TEST_F(UnifiedPushTest, AClientThatIsAwayOrSilent) {
  const std::string endpoint = path();
  const size_t silent = post(endpoint);
  ASSERT_TRUE(was_pushed());
  world_.clock.advance_ms(UnifiedPushModule::answer_ms + 100);
  EXPECT_THAT(answer_to(silent), StartsWith("HTTP/1.1 201 "));  // its session has it
  home_.sessions().close(*std::exchange(shop_, nullptr));
  const size_t away = post(endpoint);
  EXPECT_THAT(answer_to(away), StartsWith("HTTP/1.1 503 "));
}

TEST_F(UnifiedPushTest, AnEndpointIsOfOneTenantForATime) {
  const std::string endpoint = path();
  EXPECT_THAT(answer_to(post(endpoint, "x", "forum.example")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer_to(post("/push/nonsense")), StartsWith("HTTP/1.1 404 "));
  world_.clock.advance_ms(unified_push::valid_ms);
  EXPECT_THAT(answer_to(post(endpoint)), StartsWith("HTTP/1.1 404 "));
  EXPECT_FALSE(was_pushed());
}

TEST_F(UnifiedPushTest, EndsWithItsAccountAlsoWhenAnotherTakesTheName) {
  const std::string endpoint = path();
  home_.sessions().close(*std::exchange(shop_, nullptr));
  const auto removed = world_.wait(world_.accounts.remove(world_.home, world_.shop, "ann"));
  ASSERT_TRUE(removed);
  EXPECT_THAT(answer_to(post(endpoint)), StartsWith("HTTP/1.1 404 "));
  ASSERT_TRUE(world_.wait(world_.accounts.removals().end(world_.home, *removed)));
  ASSERT_TRUE(world_.create(world_.shop, "ann"));
  EXPECT_THAT(answer_to(post(endpoint)), StartsWith("HTTP/1.1 404 "));
}

TEST_F(UnifiedPushTest, HasLimits) {
  const std::string endpoint = path();
  EXPECT_THAT(answer_to(post(endpoint, std::string(4097, 'x'))), StartsWith("HTTP/1.1 413 "));
  EXPECT_FALSE(was_pushed());
  const size_t largest = post(endpoint, std::string(4096, 'x'));
  reply(*shop_, shop_wire_.got.back());
  EXPECT_THAT(answer_to(largest), StartsWith("HTTP/1.1 201 "));
  const size_t empty = post(endpoint, "");
  EXPECT_THAT(shop_wire_.last, Not(HasSubstr("x</push>")));
  reply(*shop_, shop_wire_.got.back());
  EXPECT_THAT(answer_to(empty), StartsWith("HTTP/1.1 201 "));
  for (size_t i = 0; i < UnifiedPushModule::under_way_max; ++i) EXPECT_EQ(answer_to(post(endpoint)), "");
  const std::string many = answer_to(post(endpoint));
  EXPECT_THAT(many, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(many, HasSubstr("Retry-After: "));
  world_.clock.advance_ms(UnifiedPushModule::answer_ms + 100);
  settle();
  for (int64_t i = 0; i < UnifiedPushModule::pushes_per_min; ++i) {
    post(endpoint);
    reply(*shop_, shop_wire_.got.back());
  }
  EXPECT_THAT(answer_to(post(endpoint)), StartsWith("HTTP/1.1 429 "));
}

TEST_F(UnifiedPushTest, IsForClientsOfTheTenant) {
  EXPECT_THAT(ask(*forum_, forum_wire_, "shop.example"), HasSubstr("<forbidden"));
  EXPECT_THAT(ask(*shop_, shop_wire_, "shop.example", "org.example.app"), HasSubstr("<bad-request"));
  for (int64_t i = 2; i < UnifiedPushModule::registers_per_min; ++i) path();
  for (int i = 0; i < 3; ++i) ask(*shop_, shop_wire_, "shop.example");
  EXPECT_THAT(shop_wire_.last, HasSubstr("<resource-constraint"));
}

TEST_F(UnifiedPushTest, SaysThatItIsOne) {
  const size_t peer = pair_.connect();
  EXPECT_THAT(pair_.exchange(peer, "GET /push/x HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
              HasSubstr(R"({"unifiedpush":{"version":1}})"));
}

}  // namespace
}  // namespace teahouse::unified_push_module_test
