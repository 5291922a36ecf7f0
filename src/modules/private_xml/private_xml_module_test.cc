#include "modules/private_xml/private_xml_module.h"

#include "server/testing/session_world.h"

namespace teahouse::private_xml_module_test {
namespace {

class PrivateXmlTest : public testing::SessionWorld {
 protected:
  PrivateXmlTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<PrivateXmlModule>());
  }
  bool ask(Session& session, testing::Wire& wire, StanzaType type, const std::string& elements,
           const std::string& answer) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, "<query xmlns='jabber:iq:private'>" + elements + "</query>");
    iq.id = "q";
    wire.got.clear();
    home_.router().receive(session, std::move(iq));
    while (wire.got.empty()) loop_.run_once(10);
    return wire.last.find(answer) != std::string::npos;
  }
  bool sets(const std::string& elements, const std::string& answer) {
    return ask(*shop_, shop_wire_, StanzaType::set, elements, answer);
  }
  static std::string element(size_t number) { return "<e xmlns='urn:" + std::to_string(number) + "'>x</e>"; }
};

TEST_F(PrivateXmlTest, KeepsSoManyElementsAlsoOverARestart) {
  std::string all;
  for (size_t i = 0; i < PrivateXmlModule::elements_max; ++i) all += element(i);
  EXPECT_TRUE(sets(all, "type='result'")) << shop_wire_.last;
  EXPECT_TRUE(sets(element(100), "resource-constraint")) << shop_wire_.last;
  home_.modules().remove("private_xml");
  home_.modules().add(std::make_unique<PrivateXmlModule>());
  EXPECT_TRUE(sets(element(100), "resource-constraint")) << shop_wire_.last;
  EXPECT_TRUE(sets("<e xmlns='urn:7'>y</e>", "type='result'")) << "it is one of them";
  EXPECT_TRUE(ask(*shop_, shop_wire_, StanzaType::get, "<e xmlns='urn:7'/>", ">y</e>")) << shop_wire_.last;
  EXPECT_TRUE(ask(*forum_, forum_wire_, StanzaType::get, "<e xmlns='urn:7'/>", "<e xmlns='urn:7'/>"));
}

TEST_F(PrivateXmlTest, OneTooManyIsOneTooManyAlsoAtOnce) {
  std::string most;
  for (size_t i = 1; i < PrivateXmlModule::elements_max; ++i) most += element(i);
  EXPECT_TRUE(sets(most, "type='result'"));
  home_.modules().remove("private_xml");
  home_.modules().add(std::make_unique<PrivateXmlModule>());
  shop_wire_.got.clear();
  for (size_t i = 0; i < 3; ++i) {  // all before the names are read
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::set,
                             "<query xmlns='jabber:iq:private'>" + element(1000 + i) + "</query>");
    iq.id = std::to_string(i);
    home_.router().receive(*shop_, std::move(iq));
  }
  while (shop_wire_.got.size() < 3) loop_.run_once(10);
  turn();
  const auto count = world_.wait(plane_.map(world_.shop->id, "private").count(world_.home, "ann@shop.example"));
  EXPECT_EQ(*count, PrivateXmlModule::elements_max);
}

TEST_F(PrivateXmlTest, WhatIsAskedForAfterItWasSetIsWhatWasSet) {
  for (const bool is_first : {true, false}) {
    home_.modules().remove("private_xml");
    home_.modules().add(std::make_unique<PrivateXmlModule>());
    shop_wire_.got.clear();
    const std::string value = is_first ? "old" : "new";
    for (const auto& [type, element] : {std::pair{StanzaType::set, "<e xmlns='urn:1'>" + value + "</e>"},
                                        std::pair{StanzaType::get, std::string("<e xmlns='urn:1'/>")}}) {
      Stanza iq = Stanza::make(StanzaKind::iq, type, "<query xmlns='jabber:iq:private'>" + element + "</query>");
      iq.id = to_string(type);
      home_.router().receive(*shop_, std::move(iq));
    }
    while (shop_wire_.got.size() < 2) loop_.run_once(10);
    EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"set", "get"}));
    EXPECT_NE(shop_wire_.last.find(">" + value + "<"), std::string::npos) << shop_wire_.last;
  }
}

TEST_F(PrivateXmlTest, RefusesWhatIsTooLong) {
  const std::string large(PrivateXmlModule::element_bytes_max, 'x');
  EXPECT_TRUE(sets("<e xmlns='urn:1'>" + large + "</e>", "policy-violation"));
  EXPECT_TRUE(sets("<e xmlns='" + std::string(PrivateXmlModule::name_bytes_max, 'x') + "'/>", "policy-violation"));
  EXPECT_TRUE(ask(*shop_, shop_wire_, StanzaType::get, "<e xmlns='urn:1'/><e xmlns='urn:2'/>", "bad-request"));
}

}  // namespace
}  // namespace teahouse::private_xml_module_test
