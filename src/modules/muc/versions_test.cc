#include "modules/muc/versions.h"

#include <gtest/gtest.h>

namespace teahouse::muc::versions_test {
namespace {

BareJid user(int n) { return BareJid::parse("u" + std::to_string(n) + "@shop.example").value(); }

AffiliationVersions made(const std::string& nonce = "nonce") {
  AffiliationVersions versions;
  versions.begin(nonce);
  return versions;
}

TEST(AffiliationVersions, TellWhatHasChangedSince) {
  AffiliationVersions versions = made();
  const std::string first = versions.current(Readable::everything);
  EXPECT_FALSE(versions.before_newest(Readable::everything));
  versions.add(user(1), Affiliation::none, Affiliation::member);
  const std::string second = versions.current(Readable::everything);
  EXPECT_EQ(*versions.before_newest(Readable::everything), first);
  versions.add(user(2), Affiliation::none, Affiliation::admin);
  versions.add(user(1), Affiliation::member, Affiliation::owner);
  EXPECT_EQ(*versions.since(Readable::everything, first), (std::vector<BareJid>{user(1), user(2)}));
  EXPECT_EQ(*versions.since(Readable::everything, second), (std::vector<BareJid>{user(1), user(2)}));
  EXPECT_TRUE(versions.since(Readable::everything, versions.current(Readable::everything))->empty());
}

TEST(AffiliationVersions, TellOfNoBanWhoMayNotReadTheOutcasts) {
  AffiliationVersions versions = made();
  const std::string before = versions.current(Readable::people);
  versions.add(user(1), Affiliation::none, Affiliation::outcast);
  EXPECT_EQ(versions.current(Readable::people), before) << "not even that something has changed";
  EXPECT_FALSE(versions.before_newest(Readable::people));
  EXPECT_TRUE(versions.since(Readable::people, before)->empty());
  versions.add(user(2), Affiliation::member, Affiliation::outcast);
  EXPECT_EQ(*versions.since(Readable::people, before), std::vector<BareJid>{user(2)}) << "a member less";
  EXPECT_EQ(*versions.before_newest(Readable::people), before);
  EXPECT_FALSE(versions.since(Readable::everything, versions.current(Readable::people))) << "of another line";
}

TEST(AffiliationVersions, AreKnownIfTheRoomHasToldThem) {
  AffiliationVersions versions = made();
  versions.add(user(1), Affiliation::none, Affiliation::member);
  const std::string current = versions.current(Readable::everything);
  std::string wrong = current;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  for (const std::string& junk :
       {std::string(), std::string("0"), std::string("1"), std::string("-"), std::string("0-"),
        std::string("-1-AAAAAAAAAAAA"), std::string("99999999999999999999-AAAAAAAAAAAA"), "0" + current, " " + current,
        current + "x", wrong, std::string(100'000, '1'), std::string("part-AAAAAAAAAAAAAAAA")}) {
    EXPECT_FALSE(versions.since(Readable::everything, junk)) << junk.substr(0, 60);
  }
  AffiliationVersions next = made("another nonce");
  next.add(user(1), Affiliation::none, Affiliation::member);
  EXPECT_FALSE(next.since(Readable::everything, current)) << "the next room of the name";
}

TEST(AffiliationVersions, AreForgottenWithTheirChanges) {
  AffiliationVersions versions = made();
  std::vector<std::string> told{versions.current(Readable::everything)}, seen{versions.current(Readable::people)};
  for (int i = 0; i < 210; ++i) {
    const bool is_ban = i % 2 == 0;
    versions.add(user(i), Affiliation::none, is_ban ? Affiliation::outcast : Affiliation::member);
    if (versions.is_too_long()) versions.drop_oldest();
    told.push_back(versions.current(Readable::everything));
    if (!is_ban) seen.push_back(versions.current(Readable::people));
  }
  EXPECT_EQ(versions.changes().size(), AffiliationVersions::changes_max);
  for (size_t i = 0; i < told.size(); ++i) {
    const auto since = versions.since(Readable::everything, told[i]);
    ASSERT_EQ(since.has_value(), i >= 10) << i;
    if (since) { EXPECT_EQ(since->size(), 210 - i); }
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    const auto since = versions.since(Readable::people, seen[i]);
    ASSERT_EQ(since.has_value(), i >= 5) << i;
    if (since) { EXPECT_EQ(since->size(), 105 - i); }
  }
  AffiliationVersions loaded;
  loaded.restore(versions.nonce(), {versions.changes().rbegin(), versions.changes().rend()});
  EXPECT_EQ(loaded.current(Readable::everything), told.back());
  EXPECT_EQ(loaded.since(Readable::people, seen[7])->size(), 98U);
}

}  // namespace
}  // namespace teahouse::muc::versions_test
