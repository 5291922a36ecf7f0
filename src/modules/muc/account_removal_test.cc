#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing {
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
  // The rows of both tenants and of the house.
  size_t count_rows() {
    size_t rows = 0;
    for (const TenantId id : {TenantId::house, shop->id, forum->id}) {
      EXPECT_TRUE(await(plane->export_tenant(home, id, [&](const std::string&) { ++rows; })));
    }
    return rows;
  }
};

TEST(RoomsAfterARemoval, TheNextOwnerOfANameIsSomebodyElse) {
  Removals world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  for (const TenantPtr& tenant : {world.shop, world.forum}) {
    const std::string jid = "tybalt@" + tenant->domain;
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

}  // namespace
}  // namespace teahouse::testing
