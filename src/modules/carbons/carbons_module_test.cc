#include "modules/carbons/carbons_module.h"

#include "server/testing/session_world.h"

namespace teahouse::carbons_module_test {
namespace {

using testing::Wire;

// The shop's ann has a phone and a desk; forum's ann has a phone.
class CarbonsTest : public testing::SessionWorld {
 protected:
  CarbonsTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<CarbonsModule>());
    desk_ = connect("ann@shop.example/desk", desk_wire_);
    turn();
  }
  void set(Session& session, const char* verb) {
    Stanza iq =
        Stanza::make(StanzaKind::iq, StanzaType::set, "<" + std::string(verb) + " xmlns='urn:xmpp:carbons:2'/>");
    iq.id = verb;
    home_.router().receive(session, std::move(iq));
    turn();
    forget();
  }
  void say(Session& from, const char* to, const char* payload = "<body>x</body>", StanzaType type = StanzaType::chat) {
    Stanza message = Stanza::make(StanzaKind::message, type, payload);
    message.id = "m";
    message.to = *Jid::parse(to);
    home_.router().receive(from, std::move(message));
    turn();
  }
  void forget() {
    for (Wire* wire : {&shop_wire_, &desk_wire_, &forum_wire_}) {
      wire->got.clear();
      wire->last.clear();
    }
  }
  static bool is_copy(const Wire& wire, const char* direction) {
    return wire.last.find("<" + std::string(direction) + " xmlns='urn:xmpp:carbons:2'") != std::string::npos;
  }
  Wire desk_wire_;
  Session* desk_ = nullptr;
};

TEST_F(CarbonsTest, GoToTheResourcesThatAskedAlone) {
  say(*shop_, "ann@forum.example");
  EXPECT_TRUE(desk_wire_.got.empty());
  set(*desk_, "enable");
  say(*shop_, "ann@forum.example");
  EXPECT_TRUE(is_copy(desk_wire_, "sent")) << desk_wire_.last;
  EXPECT_TRUE(shop_wire_.got.empty()) << "the one that sent it";
  EXPECT_EQ(forum_wire_.got.size(), 1U);
  forget();
  say(*forum_, "ann@shop.example/phone");
  EXPECT_TRUE(is_copy(desk_wire_, "received")) << desk_wire_.last;
  EXPECT_EQ(shop_wire_.got, std::vector<std::string>{"m"});
  EXPECT_TRUE(forum_wire_.got.empty());
  set(*desk_, "disable");
  say(*forum_, "ann@shop.example/phone");
  EXPECT_TRUE(desk_wire_.got.empty());
}

TEST_F(CarbonsTest, OfWhatIsPrivateOrNoConversationThereAreNone) {
  set(*desk_, "enable");
  say(*shop_, "ann@forum.example", "<body>x</body><private xmlns='urn:xmpp:carbons:2'/>");
  say(*shop_, "ann@forum.example", "<body>x</body><no-copy xmlns='urn:xmpp:hints'/>");
  say(*shop_, "ann@forum.example", "<data xmlns='example'/>", StanzaType::none);
  say(*shop_, "ann@forum.example", "<body>x</body>", StanzaType::headline);
  EXPECT_TRUE(desk_wire_.got.empty());
  say(*shop_, "ann@forum.example", "<received xmlns='urn:xmpp:receipts' id='m'/>", StanzaType::none);
  EXPECT_TRUE(is_copy(desk_wire_, "sent")) << desk_wire_.last;
  forget();
  say(*forum_, "ann@shop.example/phone", "<body>x</body><private xmlns='urn:xmpp:carbons:2'/>");
  EXPECT_TRUE(desk_wire_.got.empty());
  EXPECT_EQ(shop_wire_.last.find("private"), std::string::npos) << "section 9: the hint has done its work";
}

TEST_F(CarbonsTest, EndWithTheSessionThatAsked) {
  set(*desk_, "enable");
  home_.sessions().close(*desk_);
  desk_ = connect("ann@shop.example/desk", desk_wire_);
  forget();
  say(*shop_, "ann@forum.example");
  EXPECT_TRUE(desk_wire_.got.empty());
}

}  // namespace
}  // namespace teahouse::carbons_module_test
