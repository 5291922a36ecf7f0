#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::account_removal_test {
namespace {

std::string entry(const std::string& address) {
  return "<presence to='" + address + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>";
}

struct Removals : RoomWorld {
  std::string occupant_id(const Client& client, const std::string& nick) {
    for (const std::string& stanza : client.got) {
      const size_t at = stanza.find("<occupant-id");
      if (at == stanza.npos || stanza.find("/" + nick + "'") == stanza.npos) continue;
      const size_t id = stanza.find("id='", at) + 4;
      return stanza.substr(id, stanza.find('\'', id) - id);
    }
    ADD_FAILURE() << client.all();
    return {};
  }
  // The rows of both tenants and of the server.
  size_t count_rows() {
    size_t rows = 0;
    for (const TenantId id : {TenantId::server, shop->id, forum->id}) {
      EXPECT_TRUE(await(plane->export_tenant(home, id, [&](const std::string&) { ++rows; })));
    }
    return rows;
  }
};

TEST(RoomsAfterARemoval, TheNextOwnerOfANameIsSomebodyElse) {
  Removals world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  for (const TenantPtr& tenant : {world.shop, world.forum}) {
    const std::string jid = "tybalt@" + tenant->domain();
    Client& first = world.enter(jid + "/a", "cave@rooms.shop.example/Tybalt");
    const std::string of_first = world.occupant_id(romeo, "Tybalt");
    first.send("<message type='groupchat' to='cave@rooms.shop.example'><body>I hate the word</body></message>");
    first.send("<presence type='unavailable' to='cave@rooms.shop.example/Tybalt'/>");
    romeo.forget();
    Client& again = world.enter(jid + "/b", "cave@rooms.shop.example/Prince");
    EXPECT_EQ(world.occupant_id(romeo, "Prince"), of_first) << "it is the same account";
    again.send("<presence type='unavailable' to='cave@rooms.shop.example/Prince'/>");
    world.replace_account(tenant, "tybalt");
    romeo.forget();
    Client& next = world.enter(jid + "/a", "cave@rooms.shop.example/Tybalt");
    const std::string of_next = world.occupant_id(romeo, "Tybalt");
    EXPECT_FALSE(of_next.empty());
    EXPECT_NE(of_next, of_first);
    EXPECT_TRUE(next.has({"I hate the word", "id='" + of_first + "'"})) << "and sees it: " << next.all();
    next.send("<presence type='unavailable' to='cave@rooms.shop.example/Tybalt'/>");
    romeo.forget();
  }
  world.enter("nurse@shop.example/n", "cave@rooms.shop.example/Nurse");
  const std::string nurse = world.occupant_id(romeo, "Nurse");
  world.replace_account(world.forum, "nurse");
  romeo.forget();
  world.enter("nurse@shop.example/m", "cave@rooms.shop.example/Nurse");
  EXPECT_EQ(world.occupant_id(romeo, "Nurse"), nurse) << "the namesake was another tenant's";
}

TEST(RoomsAfterARemoval, WhatIsSaidThroughTheApiIsTheAccountsOwn) {
  Removals world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  const auto account = world.wait(world.accounts.find(world.home, world.shop, "juliet"));
  ASSERT_TRUE(account);
  EXPECT_NE(account->incarnation, 0);
  const Rooms::Speech speech{"Juliet", "juliet", "<body>Anon</body>", "s1", account->incarnation};
  ASSERT_TRUE(world.await(world.rooms->say(world.home, world.shop, "cave", speech)));
  world.settle();
  const std::string id = world.occupant_id(romeo, "Juliet");
  EXPECT_EQ(*world.rooms->occupant_id(*world.shop, "cave", "juliet", account->incarnation), id);
  romeo.forget();
  world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  EXPECT_EQ(world.occupant_id(romeo, "Juliet"), id);
}

TEST(RoomsAfterARemoval, TheNextOfANameWasNotInvited) {
  Removals world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  const std::string invite =
      "<message to='cave@rooms.shop.example'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='";
  romeo.send(invite + "juliet@forum.example'/></x></message>");
  romeo.send(invite + "nurse@forum.example'/></x></message>");
  world.replace_account(world.forum, "juliet");
  Client& juliet = world.connect("juliet@forum.example/b");
  Client& nurse = world.connect("nurse@forum.example/n");
  const std::string decline =
      "<message to='cave@rooms.shop.example'><x xmlns='http://jabber.org/protocol/muc#user'><decline "
      "to='romeo@shop.example'/></x></message>";
  juliet.say(decline);
  EXPECT_TRUE(juliet.has({"type='error'", "item-not-found"})) << juliet.all();
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
  nurse.say(decline);
  EXPECT_TRUE(romeo.has({"<decline", "nurse@forum.example"})) << "who is still there was";
}

TEST(RoomsAfterARemoval, RoomsThatEndLeaveNoRowsBehind) {
  Removals world;
  world.found("nurse@forum.example/n", "hall@rooms.forum.example/Nurse", field("muc#roomconfig_persistentroom", "1"));
  const size_t before = world.count_rows();
  const std::string people = field("muc#roomconfig_persistentroom", "1") +
                             field("muc#roomconfig_roomadmins", "juliet@forum.example") +
                             field("muc#roomconfig_roomowners", "romeo@shop.example");
  Client& romeo = world.connect("romeo@shop.example/a");
  const std::string owner =
      "<iq type='set' id='o' to='cave@rooms.shop.example'><query "
      "xmlns='http://jabber.org/protocol/muc#owner'>";
  const auto make = [&] {
    romeo.send(entry("cave@rooms.shop.example/Romeo"));
    romeo.send(owner + "<x xmlns='jabber:x:data' type='submit'>" + people + "</x></query></iq>");
    EXPECT_GT(world.count_rows(), before);
  };
  make();
  romeo.send(owner + "<destroy/></query></iq>");
  EXPECT_EQ(world.count_rows(), before) << "destroyed";
  make();
  ASSERT_TRUE(world.await(world.rooms->remove(world.home, world.shop, "cave")));
  world.settle();
  EXPECT_EQ(world.count_rows(), before) << "removed by the site";
  make();
  const std::string list =
      "<iq type='set' id='l' to='cave@rooms.shop.example'><query "
      "xmlns='http://jabber.org/protocol/muc#admin'><item jid='";
  romeo.send(list + "tybalt@nowhere.example' affiliation='outcast'/></query></iq>");
  const size_t with_ban = world.count_rows();
  romeo.send(list + "tybalt@nowhere.example' affiliation='none'/></query></iq>");
  EXPECT_EQ(world.count_rows(), with_ban) << "a row of the list less, and one more of what has changed in it";
  romeo.send(owner + "<x xmlns='jabber:x:data' type='submit'>" + field("muc#roomconfig_persistentroom", "0") +
             "</x></query></iq>");
  romeo.send("<presence type='unavailable' to='cave@rooms.shop.example/Romeo'/>");
  EXPECT_EQ(world.count_rows(), before) << "left by its last occupant";
}

}  // namespace
}  // namespace teahouse::testing::account_removal_test
