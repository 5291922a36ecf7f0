#include "modules/roster/roster.h"

#include <gtest/gtest.h>

namespace teahouse {
namespace {

// The request is XML inside XML: what is escaped in it is escaped again.
TEST(Roster, KeepsAContactWhoseRequestIsAsLongAsAStanzaMayBe) {
  RosterItem item{BareJid::parse("romeo@montague.example").value()};
  item.listed = item.subscription.pending_in = true;
  item.groups = {"Friends"};
  for (const char* piece : {"x", "<", "&amp;"}) {
    item.request = "<presence xmlns='jabber:client'><status>";
    while (item.request.size() < 262'000) item.request += piece;
    const auto kept = RosterItem::decode(item.encode());
    ASSERT_TRUE(kept) << piece;
    EXPECT_EQ(kept->request, item.request);
    EXPECT_EQ(kept->groups, item.groups);
    EXPECT_TRUE(kept->listed);
  }
}

}  // namespace
}  // namespace teahouse
