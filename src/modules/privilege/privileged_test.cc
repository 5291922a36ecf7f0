#include "modules/privilege/privileged.h"

#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::privilege::privileged_test {
namespace {

Stanza read(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes(xml), {}, "jabber:client");
  EXPECT_TRUE(document) << document.error().text;
  auto stanza = Stanza::read(*document);
  EXPECT_TRUE(stanza);
  return std::move(*stanza);
}

Result<Stanza> forwarded(const std::string& message) {
  const Stanza outer = read(
      "<message from='irc.shop.example' to='shop.example'><privilege xmlns='urn:xmpp:privilege:2'><forwarded "
      "xmlns='urn:xmpp:forward:0'>" +
      message + "</forwarded></privilege></message>");
  return read_forwarded_message(*outer.child("privilege", ns::privilege), "shop.example");
}

Result<Stanza> encapsulated(const std::string& iq, const std::string& type = "get") {
  ComponentPermissions may;
  may.iq = {{"urn:a", IqAccess::get}, {"urn:b", IqAccess::both}};
  return read_encapsulated_iq(read("<iq type='" + type +
                                   "' from='irc.shop.example' to='ann@shop.example' id='1'>"
                                   "<privileged_iq xmlns='urn:xmpp:privilege:2'>" +
                                   iq + "</privileged_iq></iq>"),
                              may);
}

TEST(Privileged, TellsWhatIsAllowedAndWhatIsNoMore) {
  ComponentPermissions before, now;
  before.roster = IqAccess::both;
  before.roster_push = before.message_outgoing = true;
  before.iq = {{"urn:a", IqAccess::get}};
  EXPECT_EQ(
      make_advertisement(before),
      "<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='both' push='true'/><perm "
      "access='message' type='outgoing'/><perm access='iq'><namespace ns='urn:a' type='get'/></perm></privilege>");
  now.presence = PresenceAccess::managed_entity;
  now.iq = {{"urn:b", IqAccess::set}};
  EXPECT_EQ(
      make_advertisement(now, before),
      "<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='none'/><perm access='message' "
      "type='none'/><perm access='iq'><namespace ns='urn:b' type='set'/><namespace ns='urn:a' type='none'/></perm>"
      "<perm access='presence' type='managed_entity'/></privilege>");
}

TEST(Privileged, ForwardsMessagesOfBareAddressesAtTheDomain) {
  for (const char* from : {"ann@shop.example", "shop.example"}) {
    const auto message = forwarded(std::string("<message xmlns='jabber:client' xmlns:x='urn:x' id='m' from='") + from +
                                   "' to='cid@forum.example/desk'><body>Tea</body><x:y/></message>");
    ASSERT_TRUE(message) << message.error().text;
    EXPECT_EQ(message->from->str(), from);
    EXPECT_EQ(message->to->str(), "cid@forum.example/desk");
    EXPECT_TRUE(message->child("body", ns::client));
    EXPECT_TRUE(message->child("y", "urn:x"));
  }
  for (const char* from : {"from='ann@shop.example/desk'", "from='cid@forum.example'", "from='forum.example'", ""}) {
    const auto message = forwarded(std::string("<message xmlns='jabber:client' ") + from + " to='cid@forum.example'/>");
    ASSERT_FALSE(message) << from;
    EXPECT_EQ(message.error().kind, ErrorKind::forbidden) << from;
  }
  for (const char* inner : {"", "<message from='ann@shop.example' to='cid@forum.example'/>",
                            "<message xmlns='jabber:client' from='ann@shop.example'/>",
                            "<presence xmlns='jabber:client' from='ann@shop.example' to='cid@forum.example'/>"}) {
    EXPECT_EQ(forwarded(inner).error().kind, ErrorKind::bad_request) << inner;
  }
}

TEST(Privileged, AsksAsTheAccountWhatIsAllowed) {
  const auto iq = encapsulated("<iq xmlns='jabber:client' type='get' id='2'><q xmlns='urn:a'/></iq>");
  ASSERT_TRUE(iq) << iq.error().text;
  EXPECT_EQ(iq->from->str(), "ann@shop.example");
  EXPECT_EQ(iq->to->str(), "ann@shop.example");
  EXPECT_TRUE(
      encapsulated("<iq xmlns='jabber:client' type='set' id='2' from='ann@shop.example' to='x.example'>"
                   "<q xmlns='urn:b'/></iq>",
                   "set"));
  for (const auto& [type, inner] :
       {std::pair("set", "<iq xmlns='jabber:client' type='set' id='2'><q xmlns='urn:a'/></iq>"),
        {"set", "<iq xmlns='jabber:client' type='get' id='2'><q xmlns='urn:a'/></iq>"},
        {"get", "<iq xmlns='jabber:client' type='get' id='2'><q xmlns='urn:c'/></iq>"},
        {"get", "<iq type='get' id='2'><q xmlns='urn:a'/></iq>"},
        {"get", "<iq xmlns='jabber:client' type='result' id='2'><q xmlns='urn:a'/></iq>"},
        {"get",
         "<iq xmlns='jabber:client' type='get' id='2' from='bea@shop.example'><q "
         "xmlns='urn:a'/></iq>"},
        {"get",
         "<iq xmlns='jabber:client' type='get' id='2' from='ann@shop.example/r'><q "
         "xmlns='urn:a'/></iq>"},
        {"get", "<message xmlns='jabber:client'/>"},
        {"get", ""}}) {
    const auto refused = encapsulated(inner, type);
    ASSERT_FALSE(refused) << inner;
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden) << inner;
  }
  for (const char* inner :
       {"<iq xmlns='jabber:client' type='get'><q xmlns='urn:a'/></iq>", "<iq xmlns='jabber:client' type='get' id='2'/>",
        "<iq xmlns='jabber:client' type='get' id='2'><q xmlns='urn:a'/><q xmlns='urn:a'/></iq>"}) {
    EXPECT_EQ(encapsulated(inner).error().kind, ErrorKind::bad_request) << inner;
  }
}

}  // namespace
}  // namespace teahouse::privilege::privileged_test
