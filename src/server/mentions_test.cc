#include "server/mentions.h"

#include <gtest/gtest.h>

#include "base/testing/run_task.h"
#include "store/memory/memory_plane.h"

namespace teahouse::mentions_test {
namespace {

constexpr TenantId shop{1}, forum{2}, club{12};

BareJid jid(const char* text) { return *BareJid::parse(text); }

struct MentionsTest : ::testing::Test {
  std::vector<std::string> who_names(const char* named, std::optional<TenantId> own) {
    std::vector<std::string> found;
    const auto loaded = testing::run(home, mentions.load(home, jid(named), own));
    for (const Mention& each : *loaded) {
      found.push_back(std::to_string(raw(each.tenant)) + (each.is_own ? " own " : " ") + each.by.str());
    }
    return found;
  }
  std::vector<std::string> named_at(const char* domain) {
    std::vector<std::string> found;
    const auto loaded = testing::run(home, mentions.load_named(home, domain));
    for (const BareJid& each : *loaded) found.push_back(each.str());
    return found;
  }
  size_t count_rows() {
    size_t rows = 0;
    for (const TenantId tenant : {TenantId::server, shop, forum, club}) {
      EXPECT_TRUE(testing::run(home, plane.export_tenant(home, tenant, [&](const std::string&) { ++rows; })));
    }
    return rows;
  }
  void name(TenantId tenant, const char* by, const char* named, bool is_own = false) {
    mentions.add({tenant, jid(by), is_own}, jid(named));
  }

  testing::QueueExecutor home;
  store::MemoryPlane plane;
  Mentions mentions{plane, "rooms"};
};

using Texts = std::vector<std::string>;

TEST_F(MentionsTest, AreFoundByTheAddressAndByItsDomain) {
  name(shop, "cave@rooms.shop.example", "ann@forum.example");
  name(club, "cave@rooms.club.example", "ann@forum.example");
  name(club, "cave@rooms.club.example", "ann-b@forum.example");
  name(club, "cave@rooms.club.example", "forum.example");
  name(forum, "hall@rooms.forum.example", "ann@forum.example", true);
  name(forum, "hall@rooms.forum.example", "bob@forum.example", true);
  Mentions(plane, "roster").add({shop, jid("bob@shop.example"), false}, jid("cat@forum.example"));
  EXPECT_EQ(who_names("ann@forum.example", forum),
            (Texts{"2 own hall@rooms.forum.example", "1 cave@rooms.shop.example", "12 cave@rooms.club.example"}));
  EXPECT_EQ(who_names("ann@forum.example", {}).size(), 2U) << "of a tenant that is gone";
  EXPECT_EQ(who_names("cat@forum.example", forum), Texts{}) << "that is a roster's";
  EXPECT_EQ(named_at("forum.example"), (Texts{"forum.example", "ann@forum.example", "ann-b@forum.example"}));
  EXPECT_EQ(named_at("shop.example"), Texts{});
}

TEST_F(MentionsTest, LeaveNothingWhenTheyAreTakenBack) {
  name(shop, "hall@rooms.shop.example", "ann@forum.example");
  const size_t before = count_rows();
  for (int i = 0; i < 3; ++i) {
    const std::string somebody = "u" + std::to_string(i) + "@d" + std::to_string(i) + ".example";
    const Mention outside{shop, jid("cave@rooms.shop.example"), false},
        inside{shop, jid("cave@rooms.shop.example"), true};
    mentions.add(outside, jid(somebody.c_str()));
    mentions.add(outside, jid("ann@forum.example"));
    mentions.add(inside, jid("bob@shop.example"));
    EXPECT_GT(count_rows(), before);
    mentions.remove(outside, jid(somebody.c_str()));
    mentions.remove(outside, jid("ann@forum.example"));
    mentions.remove(inside, jid("bob@shop.example"));
    EXPECT_EQ(count_rows(), before);
  }
  EXPECT_EQ(named_at("forum.example"), Texts{"ann@forum.example"}) << "another room still names her";
  mentions.forget(*testing::run(home, mentions.load(home, jid("ann@forum.example"), forum)), jid("ann@forum.example"));
  EXPECT_EQ(count_rows(), 0U);
}

TEST_F(MentionsTest, OfATenantGoWithItAlsoOutsideOfIt) {
  name(shop, "cave@rooms.shop.example", "ann@forum.example");
  name(shop, "cave@rooms.shop.example", "bob@shop.example", true);
  name(club, "cave@rooms.club.example", "ann@forum.example");
  ASSERT_TRUE(testing::run(home, mentions.forget_tenant(home, shop, "shop.example")));
  ASSERT_TRUE(testing::run(home, plane.remove_tenant(home, shop)));
  EXPECT_EQ(who_names("ann@forum.example", forum), Texts{"12 cave@rooms.club.example"});
  EXPECT_EQ(count_rows(), 3U) << "the other one's alone";
}

// As long as addresses can be.
TEST_F(MentionsTest, HaveRoomForTheLongestNames) {
  const std::string domain = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c');
  const std::string named = std::string(1023, 'n') + "@" + domain, by = std::string(1023, 'r') + "@" + domain;
  const Mention mention{static_cast<TenantId>(UINT64_MAX), jid(by.c_str()), false};
  mentions.add(mention, jid(named.c_str()));
  EXPECT_EQ(named_at(domain.c_str()), Texts{named});
  EXPECT_EQ(who_names(named.c_str(), {}).size(), 1U);
}

}  // namespace
}  // namespace teahouse::mentions_test
