#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::archive_test {
namespace {

std::string query(const std::string& fields, const std::string& more = {}) {
  return "<iq type='set' id='q' to='cave@rooms.shop.example'><query xmlns='urn:xmpp:mam:2' queryid='k'><x "
         "xmlns='jabber:x:data' "
         "type='submit'>" +
         field("FORM_TYPE", "urn:xmpp:mam:2") + fields + "</x>" + more + "</query></iq>";
}
std::string rsm(const std::string& inside) {
  return "<set xmlns='http://jabber.org/protocol/rsm'>" + inside + "</set>";
}

struct Cave : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  Client& tybalt = connect("tybalt@shop.example/t");
  std::vector<std::string> ids;

  Cave() {
    for (int i = 0; i < 5; ++i) {
      clock.advance_ms(1000);
      juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>m" + std::to_string(i) +
                 "</body></message>");
      const std::string& got = romeo.got.at(0);
      const size_t at = got.find(" id='", got.find("<stanza-id")) + 5;
      ids.push_back(got.substr(at, got.find('\'', at) - at));
    }
    juliet.say(
        "<message type='groupchat' to='cave@rooms.shop.example'><composing "
        "xmlns='http://jabber.org/protocol/chatstates'/></message>");
    EXPECT_TRUE(romeo.has({"<composing"}) && !romeo.has({"<stanza-id"}));
    romeo.forget();
  }
  // The bodies in the results, in the order in which they came.
  static std::string bodies(const Client& client) {
    std::string found;
    for (const auto& stanza : client.got) {
      const size_t at = stanza.find("<body>m");
      if (at != std::string::npos && stanza.find("<result") != std::string::npos) found += stanza[at + 7];
    }
    return found;
  }
};

TEST(RoomArchive, AnswersQueries) {
  Cave world;
  world.juliet.say(query(""));
  EXPECT_EQ(Cave::bodies(world.juliet), "01234") << world.juliet.all();
  EXPECT_TRUE(world.juliet.has({"<result", "queryid='k'", "id='" + world.ids[0] + "'", "<forwarded", "<delay",
                                "from='cave@rooms.shop.example/Juliet'", "<occupant-id"}));
  EXPECT_NE(world.juliet.got.back().find("complete='true'"), std::string::npos);
  EXPECT_FALSE(world.juliet.has({"forum.example", "<item"})) << "addresses are hidden";
  EXPECT_TRUE(world.romeo.got.empty());
  world.juliet.say(query("", rsm("<max>2</max>")));
  EXPECT_EQ(Cave::bodies(world.juliet), "01");
  EXPECT_FALSE(world.juliet.has({"complete='true'"}));
  EXPECT_TRUE(world.juliet.has({"<first index='0'>" + world.ids[0], "<last>" + world.ids[1], "<count>5"}))
      << world.juliet.all();
  world.juliet.say(query("", rsm("<max>2</max><after>" + world.ids[1] + "</after>")));
  EXPECT_EQ(Cave::bodies(world.juliet), "23");
  world.juliet.say(query("", rsm("<max>2</max><before/>")));
  EXPECT_EQ(Cave::bodies(world.juliet), "34");
  world.juliet.say(query("", rsm("<max>2</max><before>" + world.ids[3] + "</before>") + "<flip-page/>"));
  EXPECT_EQ(Cave::bodies(world.juliet), "21");
  world.juliet.say(query(field("after-id", world.ids[0]) + field("before-id", world.ids[3])));
  EXPECT_EQ(Cave::bodies(world.juliet), "12");
  world.juliet.say(
      query("<field var='ids'><value>" + world.ids[4] + "</value><value>" + world.ids[1] + "</value></field>"));
  EXPECT_EQ(Cave::bodies(world.juliet), "14");
  world.juliet.say(query("", rsm("<max>0</max>")));
  EXPECT_EQ(Cave::bodies(world.juliet), "");
  EXPECT_TRUE(world.juliet.has({"<count>5"}) && !world.juliet.has({"complete='true'"})) << world.juliet.all();
  world.juliet.say("<iq type='get' id='q' to='cave@rooms.shop.example'><metadata xmlns='urn:xmpp:mam:2'/></iq>");
  EXPECT_TRUE(world.juliet.has({"<start id='" + world.ids[0], "<end id='" + world.ids[4]})) << world.juliet.all();
  world.juliet.say("<iq type='get' id='q' to='cave@rooms.shop.example'><query xmlns='urn:xmpp:mam:2'/></iq>");
  EXPECT_TRUE(world.juliet.has({"before-id", "type='form'"}));
}

TEST(RoomArchive, RefusesJunk) {
  Cave world;
  for (const auto& [stanza, condition] :
       std::vector<std::pair<std::string, std::string>>{{query(field("after-id", "nonsense")), "item-not-found"},
                                                        {query(field("ids", "00000000000000ff")), "item-not-found"},
                                                        {query("", rsm("<after>' OR 1=1--</after>")), "item-not-found"},
                                                        {query("", rsm("<max>-1</max>")), "bad-request"},
                                                        {query(field("start", "tomorrow")), "bad-request"},
                                                        {query(field("with", "romeo@shop.example")), "forbidden"}}) {
    world.juliet.say(stanza);
    EXPECT_TRUE(world.juliet.has({"type='error'", "<" + condition})) << stanza << world.juliet.all();
    EXPECT_EQ(world.juliet.got.size(), 1U);
  }
  world.juliet.say(query("", rsm("<max>100000000000000000000</max>")));
  EXPECT_EQ(Cave::bodies(world.juliet), "01234");
}

TEST(RoomArchive, IsForThoseWhoMayLookInside) {
  Cave world;
  world.tybalt.say(query(""));
  EXPECT_EQ(Cave::bodies(world.tybalt), "01234") << "anyone may enter this room";
  world.romeo.say(query(field("with", "juliet@forum.example")));
  EXPECT_EQ(Cave::bodies(world.romeo), "01234");
  EXPECT_TRUE(world.romeo.has({"<item jid='juliet@forum.example'"})) << "a moderator sees addresses";
  world.romeo.say(query(field("with", "romeo@shop.example")));
  EXPECT_EQ(Cave::bodies(world.romeo), "");
  const std::string configure =
      "<iq type='set' id='c' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>";
  world.romeo.say(configure + field("muc#roomconfig_roomsecret", "pass") + "</x></query></iq>");
  world.tybalt.say(query(""));
  EXPECT_TRUE(world.tybalt.has({"type='error'", "forbidden"}));
  world.juliet.say(query(""));
  EXPECT_EQ(Cave::bodies(world.juliet), "01234") << "she is inside";
  world.romeo.say(configure + field("muc#roomconfig_roomsecret", "") + field("muc#roomconfig_membersonly", "1") +
                  "</x></query></iq>");
  for (Client* client : {&world.tybalt, &world.juliet}) {
    client->say(query(""));
    EXPECT_TRUE(client->has({"type='error'", "forbidden"})) << client->all();
    EXPECT_EQ(client->got.size(), 1U);
  }
  world.tybalt.say("<iq type='get' id='q' to='cave@rooms.shop.example'><metadata xmlns='urn:xmpp:mam:2'/></iq>");
  EXPECT_TRUE(world.tybalt.has({"forbidden"}));
}

TEST(RoomArchive, KeepsNothingWhenTheOwnerWantsIt) {
  Cave world;
  world.romeo.say(
      "<iq type='set' id='c' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>" +
      field("muc#roomconfig_enablelogging", "0") + "</x></query></iq>");
  EXPECT_TRUE(world.juliet.has({"code='171'"}));
  world.juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>m9</body></message>");
  EXPECT_TRUE(world.romeo.has({"m9"}) && !world.romeo.has({"<stanza-id"}));
  world.juliet.say(
      "<message type='groupchat' to='cave@rooms.shop.example'><body>m8</body><no-store "
      "xmlns='urn:xmpp:hints'/></message>");
  EXPECT_TRUE(world.romeo.has({"m8"}));
  world.juliet.say(query(""));
  EXPECT_EQ(Cave::bodies(world.juliet), "01234");
}

TEST(RoomsApi, MakesRoomsAndSpeaksInThem) {
  RoomWorld world;
  RoomChange change;
  change.name = "News";
  change.subject = "Today";
  change.owner = "romeo";
  change.members = {"juliet"};
  auto put = world.await(world.rooms->put(world.home, world.shop, "The News", change));
  ASSERT_TRUE(put) << put.error().text;
  EXPECT_TRUE(put->created);
  EXPECT_EQ(put->room.id, "The News" == put->room.id ? "The News" : "the news");
  EXPECT_EQ(put->room.members, (std::vector<std::string>{"juliet", "romeo"}));
  const std::string jid = put->room.jid;
  Client& juliet = world.enter("juliet@shop.example/b", jid + "/Juliet");
  EXPECT_TRUE(juliet.has({"affiliation='member'", "code='110'"}));
  EXPECT_TRUE(juliet.has({"<subject>Today"})) << juliet.all();
  Client& other = world.connect("juliet@forum.example/b");
  juliet.forget();
  auto said = world.await(world.rooms->say(world.home, world.shop, "The News", {"Editor", {}, "<body>Extra!</body>"}));
  ASSERT_TRUE(said);
  world.settle();
  EXPECT_TRUE(juliet.has({"Extra!", "from='" + jid + "/Editor'", "<stanza-id"})) << juliet.all();
  EXPECT_TRUE(other.got.empty());
  auto page = world.await(world.rooms->messages(world.home, world.shop, "The News", {}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.back().id, *said);
  EXPECT_EQ(*world.await(world.rooms->occupants(world.home, world.shop, "The News")),
            std::vector<std::string>{"juliet"});
  EXPECT_FALSE(world.await(world.rooms->find(world.home, world.forum, "The News"))) << "another tenant's";
  EXPECT_FALSE(world.await(world.rooms->put(world.home, world.shop, "The News", {}))->created);
  juliet.forget();
  ASSERT_TRUE(world.await(world.rooms->set_member(world.home, world.shop, "The News", "juliet", "outcast")));
  world.settle();
  EXPECT_TRUE(juliet.has({"code='301'"}));
  EXPECT_EQ(world.await(world.rooms->set_member(world.home, world.shop, "The News", "nurse", "none")).error().kind,
            ErrorKind::item_not_found);
  EXPECT_EQ(world.await(world.rooms->set_member(world.home, world.shop, "The News", "nurse", "king")).error().kind,
            ErrorKind::bad_request);
  ASSERT_TRUE(world.await(world.rooms->remove(world.home, world.shop, "The News")));
  EXPECT_EQ(world.await(world.rooms->find(world.home, world.shop, "The News")).error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(world.shop->meter->rooms, 0);
  EXPECT_EQ(world.await(world.rooms->find(world.home, world.shop, "")).error().kind, ErrorKind::bad_request);
}

TEST(RoomsApi, ARestartCountsTheRoomsOfEachOfManyTenants) {
  RoomWorld world;
  std::vector<TenantPtr> tenants;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "t" + std::to_string(i);
    const TenantPtr& tenant = tenants.emplace_back(world.make_tenant(name, name + ".example"));
    for (auto& each : world.homes) each->set_tenant(tenant);
    ASSERT_TRUE(world.await(world.rooms->put(world.home, tenant, "hall", {})));
  }
  for (const TenantPtr& tenant : tenants) tenant->meter->rooms = 0;
  Shared shared{world.clock, *world.plane, world.accounts, world.keys, world.throttle, world.limits, "fake", {}};
  net::Loop loop(0, world.clock);
  Home home(loop, shared);
  home.modules().add(make_muc());
  for (const TenantPtr& tenant : tenants) home.set_tenant(tenant);
  const auto rooms = make_muc_rooms(shared);
  std::optional<Result<RoomInfo>> found;  // the last one is asked for before its turn
  start(rooms->find(loop, tenants.back(), "hall"), &found);
  for (int i = 0; i < 40; ++i) loop.run_once(0);
  EXPECT_TRUE(found && *found);
  for (const TenantPtr& tenant : tenants) EXPECT_EQ(tenant->meter->rooms, 1) << tenant->name;
}

TEST(RoomsApi, RoomsOutliveARestart) {
  RoomWorld world;
  world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");  // temporary
  RoomChange change;
  change.name = "Hall";
  ASSERT_TRUE(world.await(world.rooms->put(world.home, world.shop, "hall", change)));
  EXPECT_EQ(world.shop->meter->rooms, 2);
  // As if another process had started upon the same data.
  world.shop->meter->rooms = 0;
  Shared shared{world.clock, *world.plane, world.accounts, world.keys, world.throttle, world.limits, "fake", {}};
  net::Loop loop(0, world.clock);
  Home home(loop, shared);
  home.modules().add(make_muc());
  home.set_tenant(world.shop);
  for (int i = 0; i < 10; ++i) loop.run_once(0);
  EXPECT_EQ(world.shop->meter->rooms, 2);
  for (int i = 0; i < 40; ++i) {  // nobody comes back to the temporary one
    world.clock.advance_ms(10'000);
    loop.run_once(0);
  }
  for (int i = 0; i < 10; ++i) loop.run_once(0);
  EXPECT_EQ(world.shop->meter->rooms, 1);
  const auto rooms = make_muc_rooms(shared);
  std::optional<Result<RoomInfo>> found;
  start(rooms->find(loop, world.shop, "hall"), &found);
  for (int i = 0; i < 20; ++i) loop.run_once(0);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "Hall");
}

TEST(Rooms, OfARemovedTenantAreGone) {
  RoomWorld world;
  world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  world.found("nurse@forum.example/n", "cave@rooms.forum.example/Nurse");
  juliet.forget();
  for (auto& home : world.homes) home->remove_tenant(world.shop);
  world.settle();
  EXPECT_TRUE(juliet.has({"type='unavailable'", "code='332'"})) << juliet.all();
  juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>x</body></message>");
  EXPECT_TRUE(juliet.has({"type='error'"}));
  juliet.say("<presence to='cave@rooms.forum.example/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(juliet.has({"code='110'"})) << "the other tenant's rooms are untouched";
}

}  // namespace
}  // namespace teahouse::testing::archive_test
