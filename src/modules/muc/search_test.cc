#include "modules/muc/search.h"

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::search_test {
namespace {

muc::ListedRoom room(const std::string& name, const std::string& description) {
  muc::ListedRoom room{BareJid::parse("cave@rooms.shop.example").value(), {}};
  room.config.name = name;
  room.config.description = description;
  return room;
}

muc::RoomQuery query(const std::string& q, std::vector<std::string> off = {}) {
  DataForm form(DataForm::Type::submit, "urn:xmpp:channel-search:0:search-params");
  form.add("q", {}, {}, q);
  for (const std::string& var : off) form.add(var, {}, {}, false);
  muc::SearchRefusal refusal;
  const auto read = muc::parse_room_query(form, &refusal);
  EXPECT_TRUE(read) << q;
  return read ? *read : muc::RoomQuery{};
}

TEST(RoomSearch, FindsWordsAsPeopleReadThem) {
  const auto herbs = room("\u00C4rzte", "Dark secrets\nand herbs");
  for (const char* q : {"\u00E4rzte", "A\u0308RZTE", "HERBS dark", "  herbs  ", "cave", "rooms.shop", "arcan herbs"}) {
    EXPECT_EQ(matches(query(q), herbs), std::string(q) != "arcan herbs") << q;
  }
  EXPECT_FALSE(matches(query("cave", {"sinaddress"}), herbs));
  EXPECT_FALSE(matches(query("cave", {"sinaddr"}), herbs));
  EXPECT_FALSE(matches(query("herbs", {"sindescription"}), herbs));
  EXPECT_FALSE(matches(query("\u00E4rzte", {"sinname"}), herbs));
}

TEST(RoomSearch, RefusesWhatCannotBeSought) {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<Fields, std::string>> cases = {
      {{}, "no-search-conditions"},
      {{{"q", ""}, {"all", "0"}}, "no-search-conditions"},
      {{{"q", "x"}, {"all", "1"}}, "conflicting-fields"},
      {{{"q", "  "}}, "invalid-search-terms"},
      {{{"q", "a b c d e f g h i j k"}}, "invalid-search-terms"},
      {{{"q", std::string(100'000, '\xC3')}}, "invalid-search-terms"},
      {{{"q", "x"}, {"key", "{urn:xmpp:channel-search:0:order}nusers"}}, "invalid-sort-key"}};
  for (const auto& [fields, condition] : cases) {
    DataForm form(DataForm::Type::submit, "urn:xmpp:channel-search:0:search-params");
    for (const auto& [var, value] : fields) form.add(var, {}, {}, value);
    muc::SearchRefusal refusal;
    EXPECT_FALSE(muc::parse_room_query(form, &refusal)) << condition;
    EXPECT_EQ(refusal.condition, condition);
  }
  muc::SearchRefusal refusal;
  EXPECT_FALSE(muc::parse_room_query(DataForm(DataForm::Type::submit, "other"), &refusal));
}

std::string search(const std::string& q) {
  return "<iq type='get' id='s' to='rooms.shop.example'><search xmlns='urn:xmpp:channel-search:0:search'>"
         "<x xmlns='jabber:x:data' type='submit'>" +
         field("FORM_TYPE", "urn:xmpp:channel-search:0:search-params") + field("q", q) + "</x></search></iq>";
}

TEST(RoomSearch, IsBoundedForEachAccount) {
  RoomWorld world;
  world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.connect("juliet@forum.example/b");
  Client& nurse = world.connect("nurse@forum.example/n");
  for (int i = 0; i < 12; ++i) juliet.send(search("cave"));
  EXPECT_EQ(juliet.count({"<result", "cave@rooms.shop.example"}), 10U) << juliet.all();
  EXPECT_EQ(juliet.count({"type='error'", "resource-constraint", "<rate-limit", "retry-after='3'"}), 2U)
      << juliet.all();
  nurse.send(search("cave"));
  EXPECT_TRUE(nurse.has({"<result", "cave@rooms.shop.example"}));
  world.clock.advance_ms(3000);
  juliet.say(search("cave"));
  EXPECT_TRUE(juliet.has({"<result"}));
}

}  // namespace
}  // namespace teahouse::testing::search_test
