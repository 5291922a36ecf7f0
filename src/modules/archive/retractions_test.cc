#include "modules/archive/retractions.h"

#include <gtest/gtest.h>

#include "modules/archive/archive_module.h"
#include "server/testing/session_world.h"
#include "xmpp/namespaces.h"

namespace teahouse::testing::retractions_test {
namespace {

// Ann of the shop and ann of the forum talk; each has an archive of her own.
class RetractionsTest : public SessionWorld {
 protected:
  RetractionsTest() {
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<ArchiveModule>());
    plane_.hold_commits(false);
  }
  void send(Session& from, const Session& to, const std::string& id, const std::string& payload,
            StanzaType type = StanzaType::chat) {
    world_.clock.advance_ms(1000);
    Stanza said = Stanza::make(StanzaKind::message, type, payload);
    said.id = id;
    said.to = to.jid().bare();
    home_.router().receive(from, std::move(said));
    for (int i = 0; i < 20; ++i) turn();
  }
  void say(Session& from, const Session& to, const std::string& id) {
    send(from, to, id, "<body>said " + id + "</body>");
  }
  // Without waiting for what comes of it.
  void ask(const std::string& from, const std::string& to, const std::string& id) {
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat,
                                  "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/>");
    message.id = "r";
    message.from = *Jid::parse(from);
    message.to = *Jid::parse(to);
    if (Session* session = from == shop_->jid().str() ? shop_ : from == forum_->jid().str() ? forum_ : nullptr) {
      home_.router().receive(*session, std::move(message));
    } else {
      home_.router().route(std::move(message), nullptr);
    }
  }
  // At ann of the forum, without having passed an archive of the sender's.
  void arrive(const std::string& from, const std::string& id) {
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat,
                                  "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/>");
    message.id = "r";
    message.from = *Jid::parse(from);
    message.to = *Jid::parse("ann@forum.example");
    home_.router().route(std::move(message), nullptr);
  }
  // Ann of the shop, of one of hers.
  bool is_told() const {
    const auto has = [this](const char* part) { return shop_wire_.last.find(part) != std::string::npos; };
    return has("<error type='wait'") && has("<resource-constraint") && has("from='ann@forum.example'");
  }
  void settle() {
    for (int i = 0; i < 5000; ++i) turn();
  }
  void take_back(Session& from, const Session& to, const std::string& id, StanzaType type = StanzaType::chat) {
    send(from, to, "r-" + id,
         "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/><store xmlns='urn:xmpp:hints'/>", type);
  }
  std::vector<Stanza> archive(const TenantPtr& tenant) {
    const std::string owner = "ann@" + tenant->domain();
    store::ArchiveQuery all;
    all.rows_max = 1000;
    const auto page = world_.wait(plane_.archive(tenant->id, "archive").page(world_.home, owner, all));
    std::vector<Stanza> stanzas;
    for (const auto& row : page->rows) stanzas.push_back(Stanza::parse_stored(row.bytes).value());
    return stanzas;
  }
  // "m1 -m2 m3": the ids in it, those of tombstones with a minus.
  std::string ids(const TenantPtr& tenant) {
    std::string text;
    for (const Stanza& each : archive(tenant)) {
      const bool is_tombstone = each.child("retracted", ns::message_retract).has_value();
      EXPECT_FALSE(is_tombstone && each.child("body", ns::client)) << each.payload();
      text += (text.empty() ? "" : " ") + std::string(is_tombstone ? "-" : "") + each.id;
    }
    return text;
  }
  int64_t archived_bytes(const TenantPtr& tenant) {
    const std::string owner = "ann@" + tenant->domain();
    const auto page = world_.wait(plane_.archive(tenant->id, "archive").page(world_.home, owner, {}));
    int64_t bytes = 0;
    for (const auto& row : page->rows) bytes += static_cast<int64_t>(row.bytes.size());
    return bytes;
  }

  std::string files_of_;
  const Hooked told_ = home_.hooks().message_retracted.add([this](const RetractedMessage& message) {
    files_of_ += message.author.str() + (message.by_author ? " " : "! ") + std::string(message.said.payload()) + ";";
  });
};

TEST_F(RetractionsTest, LeaveATombstoneInBothArchives) {
  for (const char* id : {"m1", "m2", "m3"}) say(*shop_, *forum_, id);
  take_back(*shop_, *forum_, "m2");
  EXPECT_EQ(ids(world_.shop), "m1 -m2 m3 r-m2");
  EXPECT_EQ(ids(world_.forum), "m1 -m2 m3 r-m2");
  const Stanza tombstone = archive(world_.forum).at(1);
  const auto retracted = tombstone.child("retracted", ns::message_retract);
  EXPECT_EQ(retracted->attribute("id"), "r-m2");
  EXPECT_EQ(retracted->attribute("stamp"), format_time(world_.clock.wall_ms()));
  EXPECT_EQ(tombstone.from->bare_view(), "ann@shop.example");
  EXPECT_EQ(files_of_, "ann@shop.example <body>said m2</body>;") << "told once, of its author";
  for (const TenantPtr& tenant : {world_.shop, world_.forum}) {
    EXPECT_EQ(tenant->meter->archive_bytes, archived_bytes(tenant));
  }
  take_back(*shop_, *forum_, "m2");
  EXPECT_EQ(files_of_, "ann@shop.example <body>said m2</body>;") << "once taken back it is no message";
}

TEST_F(RetractionsTest, AreTheAuthorsAlone) {
  say(*shop_, *forum_, "m1");
  take_back(*forum_, *shop_, "m1");
  EXPECT_EQ(ids(world_.shop), "m1 r-m1");
  EXPECT_EQ(ids(world_.forum), "m1 r-m1");
  take_back(*shop_, *forum_, "m1", StanzaType::headline);
  take_back(*shop_, *forum_, "nothing");
  take_back(*shop_, *forum_, "");
  EXPECT_EQ(ids(world_.forum).substr(0, 2), "m1");
  EXPECT_EQ(files_of_, "");
}

TEST_F(RetractionsTest, FindAMessageByItsOriginIdAndAmongManyRows) {
  send(*shop_, *forum_, "x", "<body>a</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>");
  for (int i = 0; i < 250; ++i) say(*shop_, *forum_, "m" + std::to_string(i));
  take_back(*shop_, *forum_, "o1");
  for (int i = 0; i < 50; ++i) turn();
  EXPECT_TRUE(archive(world_.shop).front().child("retracted", ns::message_retract));
  EXPECT_TRUE(archive(world_.forum).front().child("retracted", ns::message_retract));
}

TEST_F(RetractionsTest, SeveralAtOnceAreCarriedOutEach) {
  for (const char* id : {"m1", "m2", "m3"}) say(*shop_, *forum_, id);
  for (const char* id : {"m1", "m3", "m1"}) {
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat,
                                  std::string("<retract xmlns='urn:xmpp:message-retract:1' id='") + id + "'/>");
    message.id = "r";
    message.to = forum_->jid().bare();
    home_.router().receive(*shop_, std::move(message));
  }
  for (int i = 0; i < 50; ++i) turn();
  EXPECT_EQ(ids(world_.shop), "-m1 m2 -m3 r r r");
  EXPECT_EQ(ids(world_.forum), "-m1 m2 -m3 r r r");
  EXPECT_EQ(world_.shop->meter->archive_bytes, archived_bytes(world_.shop));
}

TEST_F(RetractionsTest, OfOthersKeepNobodysFromBeingCarriedOut) {
  say(*shop_, *forum_, "m1");
  for (size_t author = 0; author < 5; ++author) {
    const std::string from = "bo" + std::to_string(author) + "@shop.example/desk";
    for (size_t i = 0; i <= Retractions::author_max; ++i) ask(from, "ann@forum.example", "none");
  }
  for (size_t i = 0; i <= Retractions::others_max; ++i) {
    ask("name" + std::to_string(i) + "@irc.example", "ann@forum.example", "none");
  }
  ask("ann@shop.example/phone", "ann@forum.example", "m1");
  ask("ann@forum.example/phone", "ann@shop.example", "not-mine");
  settle();
  EXPECT_EQ(ids(world_.shop).substr(0, 3), "-m1");
  EXPECT_EQ(ids(world_.forum).substr(0, 3), "-m1");
}

TEST_F(RetractionsTest, OfOthersThatFindNoRoomAreRefused) {
  for (const char* each : {"bo0", "bo1"}) arrive(std::string(each) + "@shop.example/desk", "none");
  for (size_t i = 0; i < Retractions::author_max; ++i) arrive("ann@shop.example/phone", "none");
  EXPECT_FALSE(is_told()) << "so many of one author wait: " << shop_wire_.last;
  arrive("ann@shop.example/phone", "one-more");
  turn();
  EXPECT_TRUE(is_told()) << shop_wire_.last;
  settle();
  for (const Stanza& each : archive(world_.forum)) {
    const auto retract = each.child("retract", ns::message_retract);
    EXPECT_FALSE(retract && retract->attribute("id") == "one-more") << "what is refused reaches nobody";
  }
}

TEST_F(RetractionsTest, TheAuthorWithTheMostMakesRoomAndIsTold) {
  for (const char* each : {"bo0", "bo1"}) arrive(std::string(each) + "@shop.example/desk", "none");
  for (size_t i = 0; i < Retractions::author_max; ++i) arrive("ann@shop.example/phone", "none");
  for (size_t i = Retractions::author_max + 1; i < Retractions::others_max; ++i) {
    arrive("bo" + std::to_string(i / 100) + "@shop.example/desk", "none");
  }
  EXPECT_FALSE(is_told()) << shop_wire_.last;
  arrive("bo@shop.example/desk", "none");
  turn();
  EXPECT_TRUE(is_told()) << shop_wire_.last;
  settle();
}

TEST_F(RetractionsTest, AllOfAnAccountAreCarriedOutOrRefused) {
  for (size_t i = 0; i <= Retractions::own_max + 1; ++i) say(*shop_, *forum_, "m" + std::to_string(i));
  for (size_t i = 0; i <= Retractions::own_max; ++i) {
    ask("ann@shop.example/phone", "ann@forum.example", "m" + std::to_string(i));
  }
  EXPECT_EQ(shop_wire_.last.find("resource-constraint"), std::string::npos) << "one is carried out, the others wait";
  ask("ann@shop.example/phone", "ann@forum.example", "m" + std::to_string(Retractions::own_max + 1));
  turn();
  EXPECT_NE(shop_wire_.last.find("<error type='wait'"), std::string::npos) << shop_wire_.last;
  EXPECT_NE(shop_wire_.last.find("<resource-constraint"), std::string::npos) << shop_wire_.last;
  settle();
  for (const TenantPtr& tenant : {world_.shop, world_.forum}) {
    size_t taken_back = 0;
    for (const Stanza& each : archive(tenant)) taken_back += each.child("retracted", ns::message_retract).has_value();
    EXPECT_EQ(taken_back, Retractions::own_max + 1) << tenant->domain();
  }
  EXPECT_EQ(forum_wire_.got.size(), 2 * Retractions::own_max + 3) << "all but the one that was refused";
}

TEST_F(RetractionsTest, TakeNothingBackByIdsThatAreTooLong) {
  const std::string longest(Retractions::id_bytes_max, 'x');
  say(*shop_, *forum_, longest);
  say(*shop_, *forum_, longest + "x");
  ask("ann@shop.example/phone", "ann@forum.example", longest + "x");
  settle();
  EXPECT_EQ(files_of_, "");
  ask("ann@shop.example/phone", "ann@forum.example", longest);
  settle();
  EXPECT_EQ(files_of_, "ann@shop.example <body>said " + longest + "</body>;");
}

}  // namespace
}  // namespace teahouse::testing::retractions_test
