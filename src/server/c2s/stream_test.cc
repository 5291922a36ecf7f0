#include "server/c2s/stream.h"

#include <gtest/gtest.h>

#include "server/c2s/testing/stream_world.h"

namespace teahouse::testing::stream_test {
namespace {

const std::string enable = "<enable xmlns='urn:xmpp:sm:3' resume='true'/>";

std::string message_to(const std::string& to, const std::string& id) {
  return "<message xmlns='jabber:client' type='chat' id='" + id + "' to='" + to + "'><body>tea</body></message>";
}

// The id of the session, from what <enabled/> said.
std::string resume_id(const FakeTransport& client) {
  const std::string all = client.all();
  const size_t at = all.find(" id='", all.find("<enabled")) + 5;
  return all.substr(at, all.find('\'', at) - at);
}

std::string resume(const std::string& id, int h) {
  return "<resume xmlns='urn:xmpp:sm:3' previd='" + id + "' h='" + std::to_string(h) + "'/>";
}

TEST(StreamTest, IsAtHomeBeforeItsClientHearsOfSuccess) {
  StreamWorld world;
  FakeTransport& client = world.open("shop.example");
  world.login(client, world.user_at(1));
  world.wait_until([&] { return client.is_moving(); });
  EXPECT_FALSE(client.has("<success")) << client.all();
  EXPECT_GT(client.holds, 0) << "nothing is read on its way";
  client.let_arrive();
  ASSERT_GE(client.sent.size(), 3U);
  const std::vector<std::string> last(client.sent.end() - 3, client.sent.end());
  EXPECT_EQ(last[0], "moved to 1");
  EXPECT_TRUE(last[1].starts_with("<success")) << client.all();
  EXPECT_EQ(last[2], "restart");
  EXPECT_EQ(client.holds, 0);
  EXPECT_EQ(world.clients[0]->count(), 0U);
  EXPECT_EQ(world.clients[1]->count(), 1U);
}

// A login meanwhile would take the stream to another loop than the one that answers.
TEST(StreamTest, IsNotReadFromUntilAStrangersIqIsAnswered) {
  StreamWorld world;
  std::function<void()> answer;
  const Hooked hooked = world.homes[0]->hooks().unauthenticated_iq.add([&answer](const UnauthenticatedIq& iq) {
    answer = [send = iq.answer, reply = Stanza::make_reply(iq.stanza, StanzaType::result, {})] { send(reply); };
    return Flow::stop;
  });
  FakeTransport& client = world.open("shop.example");
  FakeTransport& other = world.open("forum.example");
  client.element("<iq xmlns='jabber:client' type='get' id='r'><query xmlns='jabber:iq:register'/></iq>");
  EXPECT_TRUE(client.is_held());
  EXPECT_FALSE(other.is_held());
  EXPECT_FALSE(client.has("id='r'")) << client.all();
  ASSERT_TRUE(answer);
  answer();
  EXPECT_FALSE(client.is_held());
  EXPECT_TRUE(client.has("id='r'")) << client.all();
  EXPECT_FALSE(other.has("id='r'")) << other.all();
}

TEST(StreamTest, SaysNothingOfSuccessWhereTheTenantWasSuspendedMeanwhile) {
  StreamWorld world;
  FakeTransport& client = world.open("shop.example");
  FakeTransport& other = world.open("forum.example");
  world.login(client, world.user_at(1));
  world.wait_until([&] { return client.is_moving(); });
  auto suspended = std::make_shared<Tenant>(*world.shop);
  suspended->suspended = true;
  suspended->suspend_reason = "unpaid";
  world.homes[1]->set_tenant(suspended);
  client.let_arrive();
  EXPECT_FALSE(client.has("<success")) << client.all();
  EXPECT_TRUE(client.has("<account-disabled") && client.has("unpaid")) << client.all();
  EXPECT_FALSE(other.has("stream:error")) << other.all();
}

TEST(StreamTest, RefusesAPasswordAndAnothersName) {
  StreamWorld world;
  EXPECT_TRUE(world.create(world.forum, "eve", "secret"));
  FakeTransport& client = world.open("shop.example");
  for (const auto& [user, password] : {std::pair("ann", "wrong"), {"eve", "secret"}}) {
    client.sent.clear();
    world.login(client, user, password);
    world.wait_until([&] { return client.has("<failure"); });
    EXPECT_TRUE(client.has("<not-authorized")) << client.all();
    world.turn();
  }
  EXPECT_FALSE(client.has("<success")) << client.all();
}

TEST(StreamTest, EndsAfterManyAttempts) {
  StreamWorld world;
  FakeTransport& client = world.open("shop.example");
  for (int i = 0; i < c2s::Login::attempts_max; ++i) {
    EXPECT_FALSE(client.has("stream:error")) << client.all();
    client.element("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='UNKNOWN'/>");
  }
  EXPECT_TRUE(client.has("<policy-violation") && client.has("Too many failed logins")) << client.all();
}

TEST(StreamTest, RefusesStanzasPastThePlansRate) {
  StreamWorld world;
  FakeTransport& client = world.bind("shop.example", "phone");
  FakeTransport& other = world.bind("forum.example", "phone");
  const int burst = static_cast<int>(2 * world.shop->limits().stanzas_per_s);
  client.element(enable);
  for (int i = 0; i < burst; ++i) client.element("<presence xmlns='jabber:client' type='unavailable'/>");
  EXPECT_FALSE(client.has("<policy-violation")) << client.all();
  client.element(message_to("bo@shop.example", "much"));
  EXPECT_TRUE(client.has("id='much'") && client.has("<policy-violation")) << client.all();
  other.element("<iq xmlns='jabber:client' type='get' id='fine'><ping xmlns='urn:xmpp:ping'/></iq>");
  world.turn();
  EXPECT_FALSE(other.has("<policy-violation")) << other.all();
  client.element("<r xmlns='urn:xmpp:sm:3'/>");
  world.wait_until([&] { return client.has("<a "); });
  EXPECT_TRUE(client.has("h='" + std::to_string(burst + 1) + "'")) << "what was refused is handled: " << client.all();
}

TEST(StreamTest, SendsAsItselfAlone) {
  StreamWorld world;
  FakeTransport& client = world.bind("shop.example", "phone");
  client.element(
      "<iq xmlns='jabber:client' type='get' id='p' from='ann@shop.example/x'><ping xmlns='urn:xmpp:ping'/></iq>");
  world.wait_until([&] { return client.has("id='p'"); });
  EXPECT_FALSE(client.has("<stream:error")) << client.all();
  client.element("<message xmlns='jabber:client' from='bo@shop.example' to='ann@forum.example'/>");
  EXPECT_TRUE(client.has("<invalid-from")) << client.all();
}

TEST(StreamManagementTest, AnswersWhatIsNotInItsTurn) {
  StreamWorld world;
  FakeTransport& stranger = world.open("shop.example");
  stranger.element(enable);
  EXPECT_TRUE(stranger.has("<failed") && stranger.has("<unexpected-request")) << stranger.all();
  FakeTransport& client = world.bind("shop.example", "phone");
  client.element("<r xmlns='urn:xmpp:sm:3'/>");
  EXPECT_TRUE(client.has("<failed")) << client.all();
  client.element(enable);
  EXPECT_TRUE(client.has("<enabled")) << client.all();
  client.sent.clear();
  client.element(enable);
  EXPECT_TRUE(client.has("<unexpected-request")) << client.all();
  client.element("<a xmlns='urn:xmpp:sm:3' h='many'/>");
  EXPECT_TRUE(client.has("<invalid-xml")) << client.all();
}

TEST(StreamManagementTest, ASessionIsResumedByItsOwnAccountAlone) {
  StreamWorld world;
  FakeTransport& first = world.bind("shop.example", "phone");
  first.element(enable);
  const std::string id = resume_id(first);
  world.lose(first);
  FakeTransport& namesake = world.authenticate("forum.example");
  namesake.element(resume(id, 0));
  world.wait_until([&] { return namesake.has("<failed"); });
  EXPECT_TRUE(namesake.has("<failed") && namesake.has("<item-not-found")) << namesake.all();
  FakeTransport& guess = world.authenticate("shop.example");
  guess.element(resume("guessed", 0));
  EXPECT_TRUE(guess.has("<item-not-found")) << guess.all();
  FakeTransport& second = world.authenticate("shop.example");
  second.element(resume(id, 0));
  world.wait_until([&] { return second.has("<resumed"); });
  EXPECT_TRUE(second.has("previd='" + id + "'") && second.has("h='0'")) << second.all();
  EXPECT_FALSE(namesake.has("<resumed") || guess.has("<resumed"));
}

TEST(StreamManagementTest, TheLastOfTwoThatResumeHasTheSession) {
  StreamWorld world;
  FakeTransport& first = world.bind("shop.example", "phone");
  first.element(enable);
  const std::string id = resume_id(first);
  FakeTransport& second = world.authenticate("shop.example");
  second.element(resume(id, 0));
  world.wait_until([&] { return second.has("<resumed"); });
  EXPECT_TRUE(first.has("<conflict")) << first.all();
  EXPECT_FALSE(second.has("<conflict")) << second.all();
}

TEST(StreamManagementTest, ACountThatIsTooHighEndsTheStream) {
  StreamWorld world;
  FakeTransport& client = world.bind("shop.example", "phone");
  client.element(enable);
  client.element("<a xmlns='urn:xmpp:sm:3' h='7'/>");
  EXPECT_TRUE(client.has("<handled-count-too-high") && client.has("send-count='0'")) << client.all();
}

}  // namespace
}  // namespace teahouse::testing::stream_test
