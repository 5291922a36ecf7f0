#include "account/invites.h"

#include <gtest/gtest.h>

#include "account/invite_uri.h"
#include "account/testing/account_world.h"

namespace teahouse::invites_test {
namespace {

class InvitesTest : public ::testing::Test {
 protected:
  static constexpr int64_t hour_s = 3600;
  Invite by_site(const TenantPtr& tenant, const std::string& localpart = {}) const {
    Invite wanted;
    wanted.tenant = tenant->id;
    wanted.opens_account = true;
    wanted.localpart = localpart;
    return wanted;
  }
  Invite by(const TenantPtr& tenant, const std::string& inviter) const {
    Invite wanted = by_site(tenant);
    wanted.inviter = inviter;
    wanted.makes_contact = true;
    return wanted;
  }
  Result<Invites::Made> make(Invite wanted, int64_t lasts_s = hour_s, bool is_by_admin = false) {
    return world_.wait(invites_.make(world_.home, std::move(wanted), lasts_s, is_by_admin));
  }
  Result<Account> create(const std::string& localpart, const InvitePtr& invite) {
    return world_.wait(world_.accounts.create(world_.home, world_.shop, localpart, "secret", {}, invite));
  }
  // As a start reads them.
  InvitePtr find_after_restart(const TenantPtr& tenant, const std::string& token) {
    Invites again(*world_.control, world_.clock);
    EXPECT_TRUE(again.load_all());
    return again.find(tenant->id, token);
  }

  testing::AccountWorld world_;
  Invites& invites_ = world_.accounts.invites();
};

TEST_F(InvitesTest, AreFoundByTheirTenantWhileTheyLast) {
  const auto made = make(by_site(world_.shop));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->token.size(), 22U);
  EXPECT_TRUE(invites_.find(world_.shop->id, made->token));
  EXPECT_FALSE(invites_.find(world_.forum->id, made->token));
  EXPECT_FALSE(invites_.find(world_.shop->id, made->token + "x"));
  EXPECT_FALSE(invites_.find(world_.shop->id, std::string(1000, 'x')));
  const auto stored = world_.control->execute_now({"SELECT hash FROM invites", {}});
  EXPECT_EQ(store::as_text(stored->rows[0][0]).find(made->token), std::string::npos);
  EXPECT_TRUE(find_after_restart(world_.shop, made->token));
  world_.clock.advance_ms(hour_s * 1000);
  EXPECT_FALSE(invites_.find(world_.shop->id, made->token));
  EXPECT_TRUE(invites_.list(world_.shop->id).empty());
}

TEST_F(InvitesTest, AreUsedOnceAndNotBeforeTheAccountIsThere) {
  const auto made = make(by_site(world_.shop));
  ASSERT_TRUE(made && invites_.take(*made->invite));
  EXPECT_FALSE(invites_.take(*made->invite));
  ASSERT_TRUE(world_.create(world_.shop, "ann"));
  EXPECT_EQ(create("ann", made->invite).error().kind, ErrorKind::conflict);
  invites_.give_back(*made->invite);
  EXPECT_TRUE(find_after_restart(world_.shop, made->token));
  world_.clock.advance_ms(hour_s * 1000);
  EXPECT_TRUE(invites_.take(*made->invite)) << "it ran out after it was shown";
  EXPECT_TRUE(create("bea", made->invite));
  EXPECT_FALSE(invites_.take(*made->invite));
  EXPECT_FALSE(find_after_restart(world_.shop, made->token));
  EXPECT_FALSE(world_.has(world_.forum, "bea"));
}

TEST_F(InvitesTest, KeepTheirNames) {
  const auto made = make(by_site(world_.shop, "bea"));
  ASSERT_TRUE(made);
  EXPECT_EQ(make(by_site(world_.shop, "bea")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(world_.create(world_.shop, "bea").error().kind, ErrorKind::conflict);
  EXPECT_TRUE(world_.create(world_.forum, "bea"));
  ASSERT_TRUE(invites_.take(*made->invite));
  EXPECT_TRUE(create("bea", made->invite));
  const auto late = make(by_site(world_.shop, "cid"));
  world_.clock.advance_ms(hour_s * 1000);
  EXPECT_TRUE(world_.create(world_.shop, "cid")) << "the name is free when the invitation has run out";
}

TEST_F(InvitesTest, AreBounded) {
  for (size_t i = 0; i < Invites::inviter_max; ++i) ASSERT_TRUE(make(by(world_.shop, "ann")));
  EXPECT_EQ(make(by(world_.shop, "ann")).error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(make(by(world_.shop, "ann"), hour_s, true)) << "an admin is not bound";
  EXPECT_TRUE(make(by(world_.shop, "bea")));
  EXPECT_TRUE(make(by(world_.forum, "ann")));
  for (const int64_t lasts_s : {int64_t{0}, int64_t{59}, Invites::lasts_s_max + 1, int64_t{-1}}) {
    EXPECT_EQ(make(by_site(world_.shop), lasts_s).error().kind, ErrorKind::bad_request);
  }
  while (invites_.list(world_.shop->id).size() < Invites::users_max) ASSERT_TRUE(make(by_site(world_.shop), 60, true));
  EXPECT_EQ(make(by(world_.shop, "cid")).error().kind, ErrorKind::resource_constraint) << "the rest is not for users";
  EXPECT_TRUE(make(by(world_.forum, "cid")));
  while (invites_.list(world_.shop->id).size() < Invites::tenant_max) ASSERT_TRUE(make(by_site(world_.shop), 60, true));
  EXPECT_EQ(make(by_site(world_.shop), 60, true).error().kind, ErrorKind::resource_constraint);
  world_.clock.advance_ms(60'000);
  EXPECT_TRUE(make(by_site(world_.shop), 60, true));
}

TEST_F(InvitesTest, EndWhenTheyAreRevokedAndWithTheirInviter) {
  const auto mine = make(by_site(world_.shop)), hers = make(by(world_.shop, "ann")),
             other = make(by(world_.forum, "ann"));
  EXPECT_FALSE(world_.wait(invites_.revoke(world_.home, world_.forum->id, mine->invite->id)));
  EXPECT_TRUE(invites_.find(world_.shop->id, mine->token));
  EXPECT_TRUE(world_.wait(invites_.revoke(world_.home, world_.shop->id, mine->invite->id)));
  EXPECT_FALSE(invites_.find(world_.shop->id, mine->token));
  EXPECT_FALSE(invites_.take(*mine->invite)) << "also for a stream that has shown it before";
  ASSERT_TRUE(world_.create(world_.shop, "ann"));
  ASSERT_TRUE(world_.wait(world_.accounts.remove(world_.home, world_.shop, "ann")));
  EXPECT_FALSE(invites_.find(world_.shop->id, hers->token));
  EXPECT_FALSE(find_after_restart(world_.shop, hers->token));
  EXPECT_TRUE(find_after_restart(world_.forum, other->token));
  invites_.forget(world_.forum->id);
  EXPECT_FALSE(invites_.find(world_.forum->id, other->token));
}

TEST_F(InvitesTest, HaveAnAddressForEachPurpose) {
  Invite invite = by(world_.shop, "ann");
  EXPECT_EQ(make_invite_uri(*world_.shop, invite, "T"), "xmpp:ann@shop.example?roster;preauth=T;ibr=y");
  invite.opens_account = false;
  EXPECT_EQ(make_invite_uri(*world_.shop, invite, "T"), "xmpp:ann@shop.example?roster;preauth=T");
  EXPECT_EQ(make_invite_uri(*world_.shop, by_site(world_.shop), "T"), "xmpp:shop.example?register;preauth=T");
  EXPECT_EQ(make_invite_uri(*world_.shop,
                            by_site(world_.shop,
                                    "b\xC3\xA9"
                                    "a?\\20"),
                            "T"),
            "xmpp:b%C3%A9a%3F%5C20@shop.example?register;preauth=T");
}

}  // namespace
}  // namespace teahouse::invites_test
