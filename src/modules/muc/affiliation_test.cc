#include "modules/muc/affiliation.h"

#include <gtest/gtest.h>

namespace teahouse::muc::affiliation_test {
namespace {

using enum Affiliation;

constexpr Affiliation all_affiliations[] = {outcast, none, member, admin, owner};

std::string outcome(const Result<void>& result) { return result ? "ok" : to_string(result.error().kind); }

TEST(Affiliation, NamesReadBack) {
  for (const auto each : all_affiliations) EXPECT_EQ(find_affiliation(to_string(each)), each);
  for (const auto each : {Role::none, Role::visitor, Role::participant, Role::moderator}) {
    EXPECT_EQ(find_role(to_string(each)), each);
  }
  EXPECT_FALSE(find_affiliation("Owner"));
  EXPECT_FALSE(find_role(""));
}

TEST(Affiliation, DefaultRolesAreThoseOfSection513) {
  EXPECT_EQ(default_role(none, true), Role::visitor);
  EXPECT_EQ(default_role(none, false), Role::participant);
  for (const bool moderated : {true, false}) {
    EXPECT_EQ(default_role(member, moderated), Role::participant);
    EXPECT_EQ(default_role(admin, moderated), Role::moderator);
    EXPECT_EQ(default_role(owner, moderated), Role::moderator);
  }
}

TEST(Affiliation, RolesFollowAffiliations) {
  EXPECT_EQ(role_after_change(Role::visitor, none, admin, true), Role::moderator);
  EXPECT_EQ(role_after_change(Role::visitor, none, member, true), Role::participant);
  EXPECT_EQ(role_after_change(Role::moderator, owner, none, true), Role::visitor);
  EXPECT_EQ(role_after_change(Role::moderator, admin, member, true), Role::participant);
  EXPECT_EQ(role_after_change(Role::moderator, none, member, true), Role::moderator);  // made one by hand: stays
  EXPECT_EQ(role_after_change(Role::participant, member, none, false), Role::participant);
}

TEST(Affiliation, WhoMayChangeWhoseAffiliation) {
  // The whole table: actor, target, wanted.
  for (const auto actor : {outcast, none, member}) {
    for (const auto target : all_affiliations) {
      for (const auto wanted : all_affiliations) {
        EXPECT_EQ(outcome(check_affiliation_change(actor, target, wanted)), "forbidden");
      }
    }
  }
  for (const auto target : all_affiliations) {
    for (const auto wanted : all_affiliations) {
      EXPECT_EQ(outcome(check_affiliation_change(owner, target, wanted)), "ok");
      const std::string expected = wanted >= admin ? "forbidden" : target >= admin ? "not-allowed" : "ok";
      EXPECT_EQ(outcome(check_affiliation_change(admin, target, wanted)), expected)
          << to_string(target) << " to " << to_string(wanted);
    }
  }
}

TEST(Affiliation, OnlyModeratorsChangeRoles) {
  for (const auto role : {Role::none, Role::visitor, Role::participant}) {
    for (const auto wanted : {Role::none, Role::visitor, Role::participant, Role::moderator}) {
      EXPECT_EQ(outcome(check_role_change({none, role}, {none, Role::visitor}, wanted)), "forbidden");
    }
  }
}

TEST(Affiliation, EveryModeratorMayGiveSomebodyTheirOwnRole) {
  for (const auto actor : {none, member, admin, owner}) {
    for (const auto target : {none, member, admin, owner}) {
      for (const auto role : {Role::visitor, Role::participant, Role::moderator}) {
        EXPECT_EQ(outcome(check_role_change({actor, Role::moderator}, {target, role}, role)), "ok");
      }
    }
  }
}

TEST(Affiliation, WhoMayChangeWhoseRole) {
  const Standing plain{none, Role::moderator}, an_admin{admin, Role::moderator}, an_owner{owner, Role::moderator};
  const Standing visitor{none, Role::visitor}, participant{member, Role::participant};
  // Voice and kicks below the moderators.
  for (const auto& actor : {plain, an_admin, an_owner}) {
    EXPECT_EQ(outcome(check_role_change(actor, visitor, Role::participant)), "ok");
    EXPECT_EQ(outcome(check_role_change(actor, participant, Role::visitor)), "ok");
    EXPECT_EQ(outcome(check_role_change(actor, participant, Role::none)), "ok");
  }
  // Moderators are made and unmade by admins and owners.
  EXPECT_EQ(outcome(check_role_change(plain, participant, Role::moderator)), "forbidden");
  EXPECT_EQ(outcome(check_role_change(plain, plain, Role::participant)), "not-allowed");
  EXPECT_EQ(outcome(check_role_change(plain, plain, Role::none)), "not-allowed");
  EXPECT_EQ(outcome(check_role_change(an_admin, participant, Role::moderator)), "ok");
  EXPECT_EQ(outcome(check_role_change(an_admin, plain, Role::visitor)), "ok");
  EXPECT_EQ(outcome(check_role_change(an_admin, plain, Role::none)), "ok");
  // Nobody takes an admin's or owner's voice; a higher affiliation cannot be kicked.
  for (const auto& actor : {plain, an_admin, an_owner}) {
    for (const auto& target : {an_admin, an_owner}) {
      EXPECT_EQ(outcome(check_role_change(actor, target, Role::visitor)), "not-allowed");
      EXPECT_EQ(outcome(check_role_change(actor, target, Role::participant)), "not-allowed");
    }
  }
  EXPECT_EQ(outcome(check_role_change(plain, an_admin, Role::none)), "not-allowed");
  EXPECT_EQ(outcome(check_role_change(an_admin, an_owner, Role::none)), "not-allowed");
  EXPECT_EQ(outcome(check_role_change(an_admin, an_admin, Role::none)), "ok");
  EXPECT_EQ(outcome(check_role_change(an_owner, an_admin, Role::none)), "ok");
}

}  // namespace
}  // namespace teahouse::muc::affiliation_test
