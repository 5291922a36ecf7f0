#include "account/devices.h"

#include <gtest/gtest.h>

#include <set>

#include "account/testing/account_world.h"
#include "sasl/ht.h"

namespace teahouse::devices_test {
namespace {

constexpr int64_t hour_ms = 60LL * 60 * 1000, day_ms = 24 * hour_ms, keep_ms = 30 * day_ms;
constexpr int64_t site_keep_ms = 10 * day_ms;
const std::string none = "HT-SHA-256-NONE", bound = "HT-SHA-256-EXPR";
const DeviceClient phone{"phonephoneph", "Tester", "Phone"}, laptop{"laptoplaptop", "Tester", "Laptop"};

// Ann at the shop and ann at the forum, with the same password; their devices have the same ids.
class DevicesTest : public ::testing::Test {
 protected:
  DevicesTest() {
    for (const auto& tenant : {world_.shop, world_.forum}) {
      EXPECT_TRUE(world_.create(tenant, "ann", "secret"));
      EXPECT_TRUE(world_.create(tenant, "bo", "secret"));
    }
  }
  Devices& devices() { return world_.accounts.devices(); }
  std::string salt(const TenantPtr& tenant, const std::string& user = "ann") {
    return world_.wait(world_.accounts.check_password(world_.home, tenant, user, "secret")).value();
  }
  std::string keep(const TenantPtr& tenant, const DeviceClient& device, const std::string& mechanism = none,
                   const std::string& user = "ann") {
    const auto kept = world_.wait(
        devices().keep(world_.home, tenant->id, user, device, {salt(tenant, user)}, mechanism, keep_ms, site_keep_ms));
    return kept && *kept ? (*kept)->token : "";
  }
  static TokenProof prove(const std::string& token, const std::string& mechanism = none,
                          const std::string& binding = {}) {
    return {mechanism, sasl::make_initiator_proof(crypto::Hash::sha256, token, binding), binding, {}, false, {}};
  }
  Result<TokenLogin> sign_in(const TenantPtr& tenant, const DeviceClient& device, const TokenProof& proof,
                             const std::string& user = "ann") {
    return world_.wait(devices().sign_in(world_.home, tenant->id, user, device, proof, keep_ms, site_keep_ms));
  }
  std::string outcome(const TenantPtr& tenant, const DeviceClient& device, const TokenProof& proof,
                      const std::string& user = "ann") {
    const auto login = sign_in(tenant, device, proof, user);
    return login ? "in" : to_string(login.error().kind);
  }
  std::vector<Device> list(const TenantPtr& tenant) {
    return world_.wait(devices().list(world_.home, tenant->id, "ann", site_keep_ms)).value();
  }

  testing::AccountWorld world_;
};

TEST_F(DevicesTest, SignInByTheirTokenAlone) {
  const std::string token = keep(world_.shop, phone);
  EXPECT_EQ(token.size(), 43U);
  const auto login = sign_in(world_.shop, phone, prove(token));
  ASSERT_TRUE(login);
  EXPECT_EQ(login->server_data, sasl::make_responder_proof(crypto::Hash::sha256, token, ""));
  EXPECT_FALSE(login->token);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in") << "also again";
  EXPECT_EQ(outcome(world_.shop, phone, prove("other")), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove("")), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, laptop, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token), "bo"), "not-authorized");
  EXPECT_EQ(outcome(world_.forum, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token), "nobody"), "not-authorized");
}

TEST_F(DevicesTest, AreBoundToMechanismAndChannel) {
  const std::string token = keep(world_.shop, phone, bound);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized") << "no downgrade";
  EXPECT_EQ(outcome(world_.shop, phone, prove(token, bound, "key")), "in");
  TokenProof forwarded = prove(token, bound, "another channel's");
  forwarded.binding = "key";
  EXPECT_EQ(outcome(world_.shop, phone, forwarded), "not-authorized");
}

TEST_F(DevicesTest, CountUpwards) {
  const std::string token = keep(world_.shop, phone);
  TokenProof proof = prove(token);
  const auto with = [&](int64_t count) {
    proof.count = count;
    return outcome(world_.shop, phone, proof);
  };
  EXPECT_EQ(with(5), "in");
  EXPECT_EQ(with(5), "not-authorized");
  EXPECT_EQ(with(4), "not-authorized");
  EXPECT_EQ(with(6), "in");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in") << "it need not count";
  EXPECT_EQ(with(6), "not-authorized") << "but it is not forgotten";
}

// Both have read the token before one of them writes.
TEST_F(DevicesTest, ReplayedAtTheSameTimeSignInOnce) {
  TokenProof proof = prove(keep(world_.shop, phone));
  proof.count = 1;
  std::optional<Result<TokenLogin>> first, second;
  testing::start(devices().sign_in(world_.home, world_.shop->id, "ann", phone, proof, keep_ms, site_keep_ms), &first);
  testing::start(devices().sign_in(world_.home, world_.shop->id, "ann", phone, proof, keep_ms, site_keep_ms), &second);
  while (!first || !second) world_.home.run_one();
  EXPECT_NE(first->has_value(), second->has_value());
}

TEST_F(DevicesTest, GetANewTokenAfterADayThatEndsTheOldOneWhenItIsUsed) {
  const std::string token = keep(world_.shop, phone);
  EXPECT_FALSE(sign_in(world_.shop, phone, prove(token))->token);
  world_.clock.advance_ms(day_ms);
  const auto lost = sign_in(world_.shop, phone, prove(token))->token;
  ASSERT_TRUE(lost);
  const auto next = sign_in(world_.shop, phone, prove(token))->token;  // its client did not get the other
  ASSERT_TRUE(next);
  EXPECT_GT(next->expires_ms, world_.clock.wall_ms() + 29 * day_ms);
  EXPECT_EQ(outcome(world_.shop, phone, prove(lost->token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in") << "until the new one is used";
  const auto newest = sign_in(world_.shop, phone, prove(token))->token;
  ASSERT_TRUE(newest);
  EXPECT_EQ(outcome(world_.shop, phone, prove(newest->token)), "in");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove(newest->token)), "in");
}

// The operator has set a shorter time between: the later token ends first.
TEST_F(DevicesTest, ATokenThatWasMadeEarlierEndsWithTheNextAlsoWhereItWouldLastLonger) {
  const std::string token = keep(world_.shop, phone);
  world_.clock.advance_ms(day_ms);
  const auto renewed = world_.wait(
      devices().sign_in(world_.home, world_.shop->id, "ann", phone, prove(token), 2 * day_ms, site_keep_ms));
  ASSERT_TRUE(renewed && renewed->token);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in") << "the next has not been used yet";
  const auto next =
      world_
          .wait(devices().sign_in(world_.home, world_.shop->id, "ann", phone, prove(token), 2 * day_ms, site_keep_ms))
          ->token;
  ASSERT_TRUE(next);
  EXPECT_EQ(outcome(world_.shop, phone, prove(next->token)), "in");
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
}

TEST_F(DevicesTest, ExpireWhenTheyDoNotComeBack) {
  const std::string token = keep(world_.shop, phone);
  const std::string wrong = "wrong";
  world_.clock.advance_ms(keep_ms);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "gone");
  EXPECT_EQ(outcome(world_.shop, phone, prove(wrong)), "not-authorized")
      << "only who has the token hears that it was one";
  EXPECT_EQ(list(world_.shop).at(0).token_expires_ms, 0);
  world_.clock.advance_ms(2 * day_ms);
  EXPECT_TRUE(world_.wait(devices().remove_old(world_.home, keep_ms)));
  EXPECT_TRUE(list(world_.shop).empty());
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
}

TEST_F(DevicesTest, OfAnAccountThatHasExpiredStayOut) {
  const std::string token = keep(world_.shop, phone);
  AccountChange change;
  change.expires_ms = world_.clock.wall_ms() + hour_ms;
  ASSERT_TRUE(world_.wait(world_.accounts.upsert(world_.home, world_.shop, "ann", change)));
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in");
  world_.clock.advance_ms(hour_ms);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "gone");
}

TEST_F(DevicesTest, AreInvalidatedWithTheirLastLogin) {
  const std::string token = keep(world_.shop, phone), others = keep(world_.shop, laptop);
  TokenProof last = prove(token);
  last.invalidates = true;
  world_.clock.advance_ms(2 * day_ms);  // a new one would be due
  const auto login = sign_in(world_.shop, phone, last);
  ASSERT_TRUE(login);
  EXPECT_FALSE(login->token);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, laptop, prove(others)), "in");

  last = prove(keep(world_.shop, phone));
  last.invalidates = true;
  last.wanted = none;
  const auto renewed = sign_in(world_.shop, phone, last);
  ASSERT_TRUE(renewed && renewed->token);
  EXPECT_EQ(outcome(world_.shop, phone, last), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, phone, prove(renewed->token->token)), "in");
}

TEST_F(DevicesTest, EndWithThePassword) {
  const std::string token = keep(world_.shop, phone), twins = keep(world_.forum, phone);
  const std::string old_salt = salt(world_.shop);
  const auto underway = devices().logins().begin(world_.shop->id, "ann", phone.id);
  const auto twins_login = devices().logins().begin(world_.forum->id, "ann", phone.id);
  ASSERT_TRUE(world_.wait(world_.accounts.set_password(world_.home, world_.shop, "ann", "other")));
  EXPECT_TRUE(underway->is_ended());
  EXPECT_FALSE(twins_login->is_ended());
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.forum, phone, prove(twins)), "in");
  EXPECT_TRUE(list(world_.shop).empty());
  // One that had shown the old password before gets none after.
  const auto late =
      world_.wait(devices().keep(world_.home, world_.shop->id, "ann", laptop, {old_salt}, none, keep_ms, site_keep_ms));
  EXPECT_TRUE(late && !*late);
  EXPECT_TRUE(list(world_.shop).empty());
}

TEST_F(DevicesTest, StayWhenNothingButThePictureChanges) {
  const std::string token = keep(world_.shop, phone);
  AccountChange change;
  change.name = "Ann";
  ASSERT_TRUE(world_.wait(world_.accounts.upsert(world_.home, world_.shop, "ann", change)));
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in");
  ASSERT_TRUE(world_.wait(world_.accounts.upsert(world_.home, world_.shop, "ann", {}, "other")));
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
}

TEST_F(DevicesTest, EndWithTheirAccountAndTenant) {
  const std::string token = keep(world_.shop, phone), twins = keep(world_.forum, phone);
  const auto removal = world_.wait(world_.accounts.remove(world_.home, world_.shop, "ann"));
  ASSERT_TRUE(removal);
  ASSERT_TRUE(world_.wait(world_.accounts.removals().end(world_.home, *removal)));
  ASSERT_TRUE(world_.create(world_.shop, "ann", "secret"));
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.forum, phone, prove(twins)), "in");
  EXPECT_NE(world_.rows_of(world_.forum->id).find("device_tokens"), std::string::npos);
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "forum")));
  EXPECT_EQ(world_.rows_of(world_.forum->id).find("device"), std::string::npos);
}

TEST_F(DevicesTest, AreShutOutOneByOne) {
  const std::string token = keep(world_.shop, phone), others = keep(world_.shop, laptop);
  const std::string twins = keep(world_.forum, phone);
  const auto underway = devices().logins().begin(world_.shop->id, "ann", phone.id);
  ASSERT_TRUE(world_.wait(devices().remove(world_.home, world_.shop->id, "ann", phone.id)));
  EXPECT_TRUE(underway->is_ended());
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized");
  EXPECT_EQ(outcome(world_.shop, laptop, prove(others)), "in");
  EXPECT_EQ(outcome(world_.forum, phone, prove(twins)), "in");
  const auto again = world_.wait(devices().remove(world_.home, world_.shop->id, "ann", phone.id));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::item_not_found);
  ASSERT_TRUE(world_.wait(devices().remove(world_.home, world_.shop->id, "ann", "")));
  EXPECT_EQ(outcome(world_.shop, laptop, prove(others)), "not-authorized");
}

TEST_F(DevicesTest, AreListedTheLastSeenFirst) {
  keep(world_.shop, phone);
  world_.clock.advance_ms(2 * hour_ms);
  keep(world_.shop, laptop, "");
  keep(world_.forum, phone);
  const auto found = list(world_.shop);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, laptop.id);
  EXPECT_EQ(found[0].name, "Laptop");
  EXPECT_EQ(found[0].token_expires_ms, 0);
  EXPECT_EQ(found[1].software, "Tester");
  EXPECT_EQ(found[0].last_ms - found[1].last_ms, 2 * hour_ms);
  EXPECT_EQ(found[1].token_expires_ms, found[1].first_ms + keep_ms);
}

TEST_F(DevicesTest, AreSoManyAndTheLastSeenStay) {
  const std::string first = keep(world_.shop, phone);
  for (size_t i = 0; i < Devices::devices_max; ++i) {
    world_.clock.advance_ms(1);
    keep(world_.shop, {"device" + std::to_string(i), "", ""});
  }
  const auto found = list(world_.shop);
  EXPECT_EQ(found.size(), Devices::devices_max);
  EXPECT_EQ(found.back().id, "device0");
  EXPECT_EQ(outcome(world_.shop, phone, prove(first)), "not-authorized");
}

// The database without the key holds no token; and none that was moved to another row opens there.
TEST_F(DevicesTest, AreSealedWhereTheyLie) {
  const std::string token = keep(world_.shop, phone), others = keep(world_.shop, phone, none, "bo");
  const auto rows = world_.control->execute_now({"SELECT * FROM device_tokens", {}});
  for (const store::Row& row : rows->rows) {
    for (const store::Value& value : row) {
      const std::string text = value.index() > 1 ? store::as_text(value) : "";
      EXPECT_EQ(text.find(token), std::string::npos);
      EXPECT_EQ(text.find(others), std::string::npos);
    }
  }
  ASSERT_TRUE(world_.control->execute_now(
      {"UPDATE device_tokens SET sealed = (SELECT sealed FROM device_tokens WHERE localpart = 'bo') WHERE localpart = "
       "'ann'",
       {}}));
  EXPECT_EQ(outcome(world_.shop, phone, prove(others)), "not-authorized");
  ASSERT_TRUE(world_.control->execute_now({"UPDATE device_tokens SET expires_ms = expires_ms + 1", {}}));
  EXPECT_EQ(outcome(world_.shop, phone, prove(others), "bo"), "not-authorized");
}

// By the site's word: a site token that the tenant's newest secret signed.
class SiteDevicesTest : public DevicesTest {
 protected:
  DeviceGround ground(const TenantPtr& tenant) {
    const auto account = world_.wait(world_.accounts.find(world_.home, tenant, "ann"));
    return {{}, world_.keys.signing.numbered(tenant->id).at(0).id, account->incarnation};
  }
  std::optional<NewToken> keep_by(const TenantPtr& tenant, const DeviceGround& ground,
                                  const std::string& wanted = none) {
    const auto kept =
        world_.wait(devices().keep(world_.home, tenant->id, "ann", phone, ground, wanted, keep_ms, site_keep_ms));
    return kept ? *kept : std::nullopt;
  }
  std::string outcome_when(int64_t days_ms, const std::string& token) {
    const auto login =
        world_.wait(devices().sign_in(world_.home, world_.shop->id, "ann", phone, prove(token), keep_ms, days_ms));
    return login ? "in" : to_string(login.error().kind);
  }
  void rotate(const TenantPtr& tenant) {
    ASSERT_TRUE(world_.wait(world_.keys.signing.rotate(world_.home, tenant->id)));
  }
};

TEST_F(SiteDevicesTest, EndWithTheSecretThatSigned) {
  const std::string token = keep_by(world_.shop, ground(world_.shop))->token;
  const std::string twins = keep_by(world_.forum, ground(world_.forum))->token;
  EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "in");
  rotate(world_.shop);
  world_.clock.advance_ms(day_ms);
  const auto next = sign_in(world_.shop, phone, prove(token))->token;
  ASSERT_TRUE(next);
  EXPECT_EQ(outcome(world_.shop, phone, prove(next->token)), "in");
  EXPECT_NE(list(world_.shop).at(0).token_expires_ms, 0);
  rotate(world_.shop);
  EXPECT_EQ(outcome(world_.shop, phone, prove(next->token)), "not-authorized") << "one that replaced it ends too";
  EXPECT_EQ(list(world_.shop).at(0).token_expires_ms, 0);
  EXPECT_EQ(outcome(world_.forum, phone, prove(twins)), "in");
  ASSERT_TRUE(world_.wait(devices().remove_old(world_.home, keep_ms)));
  const auto left = world_.control->execute_now({"SELECT DISTINCT tenant_id FROM device_tokens", {}});
  ASSERT_EQ(left->rows.size(), 1U);
  EXPECT_EQ(store::as_int(left->rows[0][0]), to_value(world_.forum->id));
}

TEST_F(SiteDevicesTest, ComeBackNoLongerThanTheTenantSays) {
  const int64_t begun_ms = world_.clock.wall_ms();
  auto token = keep_by(world_.shop, ground(world_.shop));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->expires_ms, begun_ms + site_keep_ms);
  EXPECT_EQ(list(world_.shop).at(0).token_expires_ms, begun_ms + site_keep_ms);
  for (int day = 1; day < 10; ++day) {
    world_.clock.advance_ms(day_ms);
    const auto login = sign_in(world_.shop, phone, prove(token->token));
    ASSERT_TRUE(login && login->token) << day;
    token = login->token;
    EXPECT_EQ(token->expires_ms, begun_ms + site_keep_ms) << "a new token is no new word of the site";
  }
  world_.clock.advance_ms(day_ms - 1);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token->token)), "in");
  world_.clock.advance_ms(1);
  EXPECT_EQ(outcome(world_.shop, phone, prove(token->token)), "gone");
}

// The tenant has changed its mind: that holds for the tokens that are there.
TEST_F(SiteDevicesTest, FollowTheTenant) {
  const std::string token = keep_by(world_.shop, ground(world_.shop))->token;
  EXPECT_EQ(outcome_when(0, token), "gone");
  EXPECT_EQ(outcome_when(site_keep_ms, token), "in");
  world_.clock.advance_ms(2 * day_ms);
  EXPECT_EQ(outcome_when(2 * day_ms, token), "gone");
  EXPECT_EQ(world_.wait(devices().list(world_.home, world_.shop->id, "ann", 2 * day_ms))->at(0).token_expires_ms, 0);
  const std::string by_password = keep(world_.shop, phone);
  EXPECT_EQ(outcome_when(0, by_password), "in") << "the password's own are not the site's affair";
}

TEST_F(SiteDevicesTest, AreKeptWhileTheirGroundIsThere) {
  const DeviceGround before = ground(world_.shop);
  DeviceGround of_another = before;
  ++of_another.incarnation;
  DeviceGround of_the_forum = ground(world_.forum);
  EXPECT_FALSE(keep_by(world_.shop, of_another));
  EXPECT_FALSE(keep_by(world_.shop, of_the_forum));
  EXPECT_FALSE(keep_by(world_.shop, {}));
  EXPECT_FALSE(keep_by(world_.shop, {}, ""));
  rotate(world_.shop);
  rotate(world_.shop);
  EXPECT_FALSE(keep_by(world_.shop, before)) << "its secret went while it signed in";
  EXPECT_TRUE(list(world_.shop).empty());
  EXPECT_TRUE(keep_by(world_.shop, ground(world_.shop)));
}

TEST_F(SiteDevicesTest, AreSealedWithWhatTheyEndWith) {
  const std::string token = keep_by(world_.shop, ground(world_.shop))->token;
  for (const char* change : {"signed_ms = signed_ms + 1", "signer = 0"}) {
    ASSERT_TRUE(world_.control->execute_now({"UPDATE device_tokens SET " + std::string(change), {}}));
    EXPECT_EQ(outcome(world_.shop, phone, prove(token)), "not-authorized") << change;
  }
}

}  // namespace
}  // namespace teahouse::devices_test
