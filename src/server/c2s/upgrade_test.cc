// The upgrade of an account's older keys, on streams of two tenants.
#include "server/c2s/upgrade.h"

#include <gtest/gtest.h>

#include "account/account_rows.h"
#include "crypto/hash.h"
#include "sasl/testing/scram_client.h"
#include "server/c2s/testing/stream_world.h"

namespace teahouse::testing::upgrade_test {
namespace {

using crypto::Hash;

const std::string wish = "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>";
const std::string next = "<next xmlns='urn:xmpp:sasl:2' task='UPGR-SCRAM-SHA-512'/>";

std::string make_hash(const std::string& text) {
  return "<task-data xmlns='urn:xmpp:sasl:2'><hash xmlns='urn:xmpp:scram-upgrade:0'>" + text + "</hash></task-data>";
}

// Two tenants whose accounts' keys are from before SHA-512.
class UpgradeTest : public ::testing::Test {
 protected:
  UpgradeTest() {
    for (const TenantPtr& tenant : {world_.shop, world_.forum}) {
      for (const char* user : {"ann", "bo", "cy", "di"}) make_older(tenant, user);
    }
    EXPECT_TRUE(world_.accounts.count_all({world_.shop, world_.forum}));
  }

  sasl::ScramKeys keys_of(const TenantPtr& tenant, const std::string& user) {
    return world_.wait(world_.accounts.load_keys(world_.home, tenant, user)).value();
  }
  void make_older(const TenantPtr& tenant, const std::string& user) {
    sasl::ScramKeys keys = keys_of(tenant, user);
    const std::string whole = account_rows::to_text(keys);
    keys.pairs.stored_key_sha512.clear();
    keys.pairs.server_key_sha512.clear();
    if (keys.saslprep_pairs) keys.saslprep_pairs->stored_key_sha512 = keys.saslprep_pairs->server_key_sha512 = "";
    ASSERT_TRUE(world_.control->execute_now(
        {"UPDATE accounts SET scram = ? WHERE scram = ?", {account_rows::to_text(keys), whole}}));
  }
  bool has_sha512(const TenantPtr& tenant, const std::string& user) {
    return !keys_of(tenant, user).pairs.stored_key_sha512.empty();
  }

  // A login by SCRAM-SHA-256 up to what comes of its proof.
  FakeTransport& prove(const std::string& user, const std::string& wishes, const std::string& password = "secret") {
    FakeTransport& client = world_.open("shop.example");
    const std::string bare = "n=" + user + ",r=abc";
    client.element("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256'><initial-response>" +
                   crypto::to_base64("n,," + bare) + "</initial-response>" + wishes + "</authenticate>");
    world_.wait_until([&] { return client.has("<challenge"); });
    const std::string& text = client.sent.back();
    const size_t at = text.find('>') + 1;
    const std::string first = crypto::parse_base64(text.substr(at, text.find('<', at) - at)).value();
    client.element("<response xmlns='urn:xmpp:sasl:2'>" +
                   crypto::to_base64(make_client_final(Hash::sha256, password, bare, first)) + "</response>");
    return client;
  }
  std::string salted_by(const std::string& user, const std::string& password = "secret") {
    const sasl::ScramKeys keys = keys_of(world_.shop, user);
    return crypto::to_base64(crypto::pbkdf2(Hash::sha512, password, keys.salt, keys.iterations));
  }

  StreamWorld world_;
};

TEST_F(UpgradeTest, CompletesTheKeysAfterThePasswordWasProved) {
  const std::string user = world_.user_at(0);
  FakeTransport& client = prove(user, "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-BLOOP2</upgrade>" + wish);
  EXPECT_TRUE(client.has("<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>")) << client.all();
  EXPECT_FALSE(client.has(">SCRAM-SHA-512<") || client.has("<success")) << client.all();
  const std::string& told = client.sent.back();
  EXPECT_TRUE(told.starts_with("<continue xmlns='urn:xmpp:sasl:2'><additional-data>") &&
              told.find("<tasks><task>UPGR-SCRAM-SHA-512</task></tasks>") != told.npos)
      << told;
  client.element(next);
  const sasl::ScramKeys old = keys_of(world_.shop, user);
  EXPECT_EQ(client.sent.back(),
            "<task-data xmlns='urn:xmpp:sasl:2'><salt xmlns='urn:xmpp:scram-upgrade:0' iterations='" +
                std::to_string(old.iterations) + "'>" + crypto::to_base64(old.salt) + "</salt></task-data>");
  client.element(make_hash(salted_by(user)));
  world_.wait_until([&] { return client.has("<success"); });
  EXPECT_TRUE(client.has("<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>" + user)) << client.all();
  const sasl::ScramKeys now = keys_of(world_.shop, user);
  EXPECT_EQ(now, sasl::make_scram_keys("secret", old.iterations, old.salt).value());
  EXPECT_FALSE(has_sha512(world_.forum, user));
  EXPECT_TRUE(world_.accounts.has_older_keys(world_.shop->id)) << "the other users' are";
}

TEST_F(UpgradeTest, IsNoTaskOfThoseThatHaveTheKeysOrDoNotAsk) {
  const std::string user = world_.user_at(0);
  FakeTransport& silent = prove(user, "");
  world_.wait_until([&] { return silent.has("<success"); });
  EXPECT_FALSE(has_sha512(world_.shop, user));
  EXPECT_TRUE(world_.check(world_.shop, user, "secret"));  // by which they are complete
  ASSERT_TRUE(has_sha512(world_.shop, user));
  FakeTransport& asking = prove(user, wish);
  world_.wait_until([&] { return asking.has("<success"); });
  EXPECT_FALSE(silent.has("<continue") || asking.has("<continue"));
}

// A client hashes one form of the password, and which one nobody knows; another client would be locked out.
TEST_F(UpgradeTest, IsNoTaskWhereThePasswordHasTwoForms) {
  const std::string user = world_.user_at(0), password = "m\u00B2tea";
  ASSERT_TRUE(world_.wait(world_.accounts.set_password(world_.home, world_.shop, user, password)));
  make_older(world_.shop, user);
  FakeTransport& client = prove(user, wish, password);
  world_.wait_until([&] { return client.has("<success"); });
  EXPECT_FALSE(client.has("<continue")) << client.all();
}

TEST_F(UpgradeTest, IsOnlyOfThoseThatHaveThePassword) {
  const std::string user = world_.user_at(0);
  FakeTransport& client = prove(user, wish, "Secret");
  world_.wait_until([&] { return client.has("<failure"); });
  EXPECT_FALSE(client.has("<continue")) << client.all();
  client.element(next);
  EXPECT_FALSE(client.has("<salt") || has_sha512(world_.shop, user)) << client.all();
}

TEST_F(UpgradeTest, FailsWithWhatIsNoHash) {
  const std::string user = world_.user_at(0);
  const std::string right = salted_by(user);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{make_hash(right)}, "malformed-request"},
      {{next, next}, "malformed-request"},
      {{"<next xmlns='urn:xmpp:sasl:2' task='UPGR-SCRAM-SHA-1'/>"}, "malformed-request"},
      {{"<next xmlns='urn:xmpp:sasl:2'/>"}, "malformed-request"},
      {{next, make_hash("")}, "malformed-request"},
      {{next, make_hash("&#xE9;")}, "incorrect-encoding"},
      {{next, make_hash(right.substr(0, 84))}, "malformed-request"},
      {{next, make_hash(std::string(40'000, 'A'))}, "malformed-request"},
      {{next, "<task-data xmlns='urn:xmpp:sasl:2'><hash xmlns='urn:example'>" + right + "</hash></task-data>"},
       "malformed-request"},
      {{next, "<task-data xmlns='urn:xmpp:sasl:2'/>"}, "malformed-request"},
      {{next, "<abort xmlns='urn:xmpp:sasl:2'/>"}, "aborted"},
      {{next, "<response xmlns='urn:xmpp:sasl:2'/>"}, "policy-violation"},
      {{next, "<message xmlns='jabber:client'/>"}, "policy-violation"},
      {{"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>"}, "policy-violation"},
  };
  for (const auto& [elements, condition] : cases) {
    FakeTransport& client = prove(user, wish);
    ASSERT_TRUE(client.has("<continue")) << client.all();
    for (const std::string& each : elements) client.element(each);
    EXPECT_TRUE(client.has("<" + condition)) << elements.back().substr(0, 200) << client.all();
    EXPECT_FALSE(client.has("<success")) << client.all();
    world_.lose(client);
  }
  EXPECT_FALSE(has_sha512(world_.shop, user));
}

// Else one who has learnt the old password could wait in the task, and come in after it was changed.
TEST_F(UpgradeTest, FailsWhereThePasswordChangedMeanwhile) {
  const std::string user = world_.user_at(0);
  FakeTransport& client = prove(user, wish);
  client.element(next);
  const std::string hash = make_hash(salted_by(user));
  ASSERT_TRUE(world_.wait(world_.accounts.set_password(world_.home, world_.shop, user, "another")));
  const sasl::ScramKeys changed = keys_of(world_.shop, user);
  client.element(hash);
  world_.wait_until([&] { return client.has("<failure"); });
  EXPECT_TRUE(client.has("<not-authorized") && !client.has("<success")) << client.all();
  EXPECT_EQ(keys_of(world_.shop, user), changed);
}

TEST_F(UpgradeTest, OfTwoClientsAtOnceSucceedsForBoth) {
  const std::string user = world_.user_at(0);
  FakeTransport& one = prove(user, wish);
  FakeTransport& other = prove(user, wish);
  const std::string hash = make_hash(salted_by(user));
  for (FakeTransport* each : {&one, &other}) {
    each->element(next);
    each->element(hash);
    world_.wait_until([&] { return each->has("<success"); });
  }
  EXPECT_TRUE(has_sha512(world_.shop, user));
}

TEST_F(UpgradeTest, MakesRoomForSha512WhenAllAreComplete) {
  for (const char* user : {"ann", "bo", "cy", "di"}) {
    FakeTransport& client = prove(user, wish);
    client.element(next);
    client.element(make_hash(salted_by(user)));
    world_.wait_until([&] { return client.is_moving() || client.has("<success"); });
    if (client.is_moving()) client.let_arrive();
  }
  EXPECT_FALSE(world_.accounts.has_older_keys(world_.shop->id));
  const FakeTransport& shop = world_.open("shop.example");
  const FakeTransport& forum = world_.open("forum.example");
  EXPECT_TRUE(shop.has(">SCRAM-SHA-512<") && !shop.has("<upgrade")) << shop.all();
  EXPECT_TRUE(!forum.has(">SCRAM-SHA-512<") && forum.has("<upgrade")) << forum.all();
}

}  // namespace
}  // namespace teahouse::testing::upgrade_test
