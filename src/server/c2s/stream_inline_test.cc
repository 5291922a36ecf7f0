#include <gtest/gtest.h>

#include "sasl/ht.h"
#include "server/c2s/testing/stream_world.h"

namespace teahouse::testing::stream_inline_test {
namespace {

const std::string bind_wish = "<bind xmlns='urn:xmpp:bind:0'><tag>phone</tag></bind>";

// A module that takes its time for what <bound/> says, as one that reads a disk.
struct SlowAnswers {
  explicit SlowAnswers(StreamWorld& of) : world(of) {
    for (auto& home : world.homes) {
      hooked.push_back(home->hooks().bind_answers.add([this, &home](Session& session, store::ArchiveId) {
        sessions.push_back(session.number());
        return answer(home->loop());
      }));
    }
  }
  Task<std::string> answer(net::Loop& loop) {
    Async<std::string> told(loop, [this](Async<std::string>::Done done) { waiting.push_back(std::move(done)); });
    std::string text = co_await told;
    co_return text;
  }
  void tell() {
    const auto all = std::exchange(waiting, {});
    for (const auto& done : all) done("<slow/>");
    world.turn();
  }

  StreamWorld& world;
  std::vector<Hooked> hooked;
  std::vector<uint64_t> sessions;
  std::vector<Async<std::string>::Done> waiting;
};

FakeTransport& begin(StreamWorld& world, const std::string& user, const std::string& wishes) {
  FakeTransport& client = world.open("shop.example");
  client.element("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>" +
                 crypto::to_base64('\0' + user + '\0' + "secret") + "</initial-response>" + wishes + "</authenticate>");
  return client;
}

FakeTransport& begin_bind(StreamWorld& world, SlowAnswers& answers) {
  FakeTransport& client = begin(world, world.user_at(0), bind_wish);
  world.wait_until([&] { return !answers.waiting.empty(); });
  return client;
}

Stanza make_message(const std::string& to) {
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>tea</body>");
  message.from = Jid::parse("bo@shop.example/x").value();
  message.to = Jid::parse(to).value();
  return message;
}

TEST(StreamInline, TellsOfTheSessionBeforeWhatComesForIt) {
  StreamWorld world;
  SlowAnswers answers(world);
  FakeTransport& client = begin_bind(world, answers);
  Session* session = world.homes[0]->sessions().find(answers.sessions.at(0));
  ASSERT_TRUE(session);
  EXPECT_GT(client.holds, 0) << "nothing is read before success";
  session->deliver(make_message(session->jid().str()));
  world.turn();
  EXPECT_FALSE(client.has("<success") || client.has("tea")) << client.all();
  answers.tell();
  EXPECT_EQ(client.holds, 0);
  ASSERT_GE(client.sent.size(), 3U);
  const std::vector<std::string> last(client.sent.end() - 3, client.sent.end());
  EXPECT_TRUE(last[0].starts_with("<success") && last[0].find("/phone/") != std::string::npos) << last[0];
  EXPECT_NE(last[0].find("<slow/></bound>"), std::string::npos) << last[0];
  EXPECT_TRUE(last[1].starts_with("<stream:features")) << last[1];
  EXPECT_NE(last[2].find("tea"), std::string::npos) << last[2];
}

TEST(StreamInline, ASessionWhoseClientGoesMeanwhileEnds) {
  StreamWorld world;
  SlowAnswers answers(world);
  FakeTransport& client = begin_bind(world, answers);
  world.lose(client);
  answers.tell();
  EXPECT_EQ(world.homes[0]->sessions().size(), 0U);
  EXPECT_EQ(world.shop->meter->sessions, 0);
}

TEST(StreamInline, AClientWhoseSessionGoesMeanwhileIsToldSo) {
  StreamWorld world;
  SlowAnswers answers(world);
  FakeTransport& client = begin_bind(world, answers);
  Session* session = world.homes[0]->sessions().find(answers.sessions.at(0));
  ASSERT_TRUE(session);
  world.homes[0]->sessions().close(*session);
  answers.tell();
  EXPECT_TRUE(client.has("<conflict")) << client.all();
  EXPECT_FALSE(client.has("<success")) << client.all();
}

TEST(StreamInline, SaysWhyNoSessionCouldBeMade) {
  StreamWorld world;
  auto full = std::make_shared<Tenant>(*world.shop);
  full->plan.limits.sessions_per_account = 0;
  for (auto& home : world.homes) home->set_tenant(full);
  FakeTransport& client = begin(world, world.user_at(0), bind_wish);
  world.wait_until([&] { return client.has("stream:error"); });
  EXPECT_TRUE(client.has("<resource-constraint") && client.has("the plan allows")) << client.all();
  EXPECT_FALSE(client.has("<success")) << client.all();
}

const std::string phone = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>";

std::string attribute_of(const FakeTransport& client, const std::string& name) {
  const std::string all = client.all();
  const size_t at = all.find(" " + name + "='");
  if (at == all.npos) return {};
  const size_t begin = at + name.size() + 3;
  return all.substr(begin, all.find('\'', begin) - begin);
}

// A token of the user's phone, whose session stays.
std::string get_token(StreamWorld& world, const std::string& user) {
  FakeTransport& client =
      begin(world, user, phone + bind_wish + "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>");
  world.wait_until([&] { return client.is_moving() || client.has("<success"); });
  if (client.is_moving()) client.let_arrive();
  world.wait_until([&] { return client.has("<success"); });
  return attribute_of(client, "token");
}

FakeTransport& begin_by_token(StreamWorld& world, const std::string& user, const std::string& token) {
  FakeTransport& client = world.open("shop.example");
  const std::string proof = sasl::make_initiator_proof(crypto::Hash::sha256, token, "");
  client.element("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-NONE'><initial-response>" +
                 crypto::to_base64(user + '\0' + proof) + "</initial-response>" + phone + bind_wish +
                 "<fast xmlns='urn:xmpp:fast:0'/></authenticate>");
  return client;
}

TEST(StreamInline, ADeviceTakesItsOwnPlaceAgainAndAgain) {
  StreamWorld world;
  auto narrow = std::make_shared<Tenant>(*world.shop);
  narrow->plan.limits.sessions_per_account = 1;
  narrow->plan.limits.sessions = 1;
  for (auto& home : world.homes) home->set_tenant(narrow);
  for (int i = 0; i < 8; ++i) {
    FakeTransport& client = begin(world, world.user_at(0), phone + bind_wish);
    world.wait_until([&] { return client.has("<success") || client.has("stream:error"); });
    EXPECT_TRUE(client.has("<success")) << "time " << i << ": " << client.all();
    EXPECT_EQ(world.homes[0]->sessions().size(), 1U);
    EXPECT_EQ(world.shop->meter->sessions, 1);
  }
}

TEST(StreamInline, ATokenSignsItsDeviceIn) {
  StreamWorld world;
  const std::string user = world.user_at(0), token = get_token(world, user);
  ASSERT_FALSE(token.empty());
  FakeTransport& client = begin_by_token(world, user, token);
  world.wait_until([&] { return client.has("<success") || client.has("<failure"); });
  EXPECT_TRUE(client.has("<success") && client.has("/phone/") && client.has("<bound")) << client.all();
  FakeTransport& other = begin_by_token(world, world.user_at(1), token);
  world.wait_until([&] { return other.has("<success") || other.has("<failure"); });
  EXPECT_TRUE(other.has("<not-authorized")) << other.all();
}

// Its token was good, and it is on its way to its account's home.
TEST(StreamInline, ADeviceThatIsShutOutMeanwhileStaysOut) {
  StreamWorld world;
  const std::string user = world.user_at(1), token = get_token(world, user);
  const auto devices = world.wait(world.accounts.devices().list(world.home, world.shop->id, user, 0)).value();
  ASSERT_EQ(devices.size(), 1U);
  FakeTransport& client = begin_by_token(world, user, token);
  world.wait_until([&] { return client.is_moving(); });
  ASSERT_TRUE(world.wait(world.accounts.devices().remove(world.home, world.shop->id, user, devices[0].id)));
  client.let_arrive();
  world.wait_until([&] { return client.has("stream:error"); });
  EXPECT_TRUE(client.has("<not-authorized") && !client.has("<success")) << client.all();
}

TEST(StreamInline, IsWithoutAResourceWhereNoneIsAskedFor) {
  StreamWorld world;
  FakeTransport& client = begin(world, world.user_at(0), "<other xmlns='urn:example'/>");
  world.wait_until([&] { return client.has("<success"); });
  EXPECT_TRUE(client.has("identifier>" + world.user_at(0) + "@shop.example<")) << client.all();
  EXPECT_TRUE(client.has("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'")) << client.all();
  EXPECT_EQ(world.homes[0]->sessions().size(), 0U);
  client.element("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  world.wait_until([&] { return client.has("id='b'"); });
  EXPECT_EQ(world.homes[0]->sessions().size(), 1U);
}

}  // namespace
}  // namespace teahouse::testing::stream_inline_test
