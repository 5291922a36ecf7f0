#include "modules/roster/roster.h"

#include <gtest/gtest.h>

namespace teahouse::roster_test {
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

RosterItem contact(const std::string& name, const std::string& group) {
  RosterItem item{BareJid::parse(name + "@montague.example").value()};
  item.listed = true;
  item.groups = {group};
  return item;
}

TEST(Roster, HasTheVersionOfWhatIsInItHoweverItCameThere) {
  Roster one, other;
  const std::string empty = one.version();
  for (const char* name : {"romeo", "benvolio", "mercutio"}) one.add(contact(name, "Friends"));
  for (const char* name : {"mercutio", "romeo", "benvolio"}) other.add(contact(name, "Enemies"));
  EXPECT_NE(one.version(), other.version());
  for (const char* name : {"mercutio", "romeo", "benvolio"}) {
    RosterItem& item = *other.find(BareJid::parse(name + std::string("@montague.example")).value());
    item.groups = {"Friends"};
    other.changed(item);
  }
  EXPECT_EQ(one.version(), other.version());
  const std::string before = one.version();
  RosterItem request{BareJid::parse("paris@capulet.example").value()};
  request.subscription.pending_in = true;
  one.add(request);
  EXPECT_EQ(one.version(), before) << "one who is not listed is not seen";
  one.remove(BareJid::parse("romeo@montague.example").value());
  EXPECT_NE(one.version(), before);
  one.remove(BareJid::parse("romeo@montague.example").value());
  one.add(contact("romeo", "Friends"));
  EXPECT_EQ(one.version(), before);
  for (const char* name : {"romeo", "benvolio", "mercutio"}) {
    one.remove(BareJid::parse(name + std::string("@montague.example")).value());
  }
  EXPECT_EQ(one.version(), empty);
}

TEST(Roster, HasAnEnd) {
  Roster roster;
  size_t count = 0;
  RosterItem large = contact("c0", "x");
  large.groups.assign(30, std::string(1000, 'g'));
  for (; roster.has_room(large); large.jid = BareJid::parse("c" + std::to_string(count) + "@x.example").value()) {
    ASSERT_LT(++count, 40U) << "with 30 KB each";
    roster.add(large);
  }
  EXPECT_GE(count, 30U);
  RosterItem known = roster.items().begin()->second;
  EXPECT_TRUE(roster.has_room(known));
  known.groups.pop_back();
  EXPECT_TRUE(roster.has_room(known));
  Roster many;
  for (size_t i = 0; i < Roster::items_max; ++i) many.add(contact("c" + std::to_string(i), "x"));
  EXPECT_TRUE(many.full());
  EXPECT_FALSE(many.has_room(contact("romeo", "x")));
  EXPECT_TRUE(many.has_room(contact("c7", "another")));
}

TEST(Roster, CountsThoseThatAreNotListedByDomain) {
  Roster roster;
  for (const char* address : {"a@x.example", "b@x.example", "c@y.example"}) {
    RosterItem item{BareJid::parse(address).value()};
    item.subscription.pending_in = true;
    roster.add(item);
    roster.add(item);
  }
  EXPECT_EQ(roster.requests(), (std::map<std::string, size_t, std::less<>>{{"x.example", 2}, {"y.example", 1}}));
  EXPECT_FALSE(roster.full());
  RosterItem& item = *roster.find(BareJid::parse("a@x.example").value());
  item.listed = true;
  roster.changed(item);
  roster.remove(BareJid::parse("c@y.example").value());
  EXPECT_EQ(roster.requests(), (std::map<std::string, size_t, std::less<>>{{"x.example", 1}}));
}

}  // namespace
}  // namespace teahouse::roster_test
