#include "modules/archive/retractions.h"

#include <gtest/gtest.h>

#include "modules/archive/archive_module.h"
#include "server/testing/session_world.h"
#include "xmpp/namespaces.h"

namespace teahouse::testing {
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
  void take_back(Session& from, const Session& to, const std::string& id, StanzaType type = StanzaType::chat) {
    send(from, to, "r-" + id,
         "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/><store xmlns='urn:xmpp:hints'/>", type);
  }
  std::vector<Stanza> archive(const TenantPtr& tenant) {
    const std::string owner = "ann@" + tenant->domain();
    const auto page = world_.wait(plane_.archive(tenant->id, "archive").page(world_.home, owner, {}));
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

}  // namespace
}  // namespace teahouse::testing
