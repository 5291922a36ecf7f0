#include "xmpp/keeping.h"

#include <gtest/gtest.h>

namespace teahouse::keeping_test {
namespace {

std::string keepers_of(const std::string& type, const std::string& inside) {
  const std::string xml = "<message type='" + type + "' to='juliet@capulet.example'>" + inside + "</message>";
  const auto document = xml::Document::parse(SharedBytes(xml), {}, "jabber:client");
  if (!document) return document.error().text;
  const auto message = Stanza::read(*document);
  if (!message) return message.error().text;
  std::string keepers;
  if (is_worth_keeping(*message, Keeper::offline_queue)) keepers += "offline ";
  if (is_worth_keeping(*message, Keeper::account_archive)) keepers += "account ";
  if (is_worth_keeping(*message, Keeper::room_archive)) keepers += "room ";
  return keepers;
}

constexpr char composing[] = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";

TEST(Keeping, IsForWhatHasAMeaningOfItsOwn) {
  for (const char* inside : {
           "<body>Good morrow</body>",
           "<encrypted xmlns='eu.siacs.conversations.axolotl'/>",
           "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='romeo@montague.example'/></x>",
           "<subject>Herbs</subject>",
       }) {
    EXPECT_EQ(keepers_of("chat", inside), "offline account ") << inside;
    EXPECT_EQ(keepers_of("normal", inside + std::string(composing)), "offline account ") << inside;
    EXPECT_EQ(keepers_of("groupchat", inside), "room ") << inside;
    EXPECT_EQ(keepers_of("headline", inside), "") << inside;
    EXPECT_EQ(keepers_of("error", inside), "") << inside;
  }
}

TEST(Keeping, IsNotForChatStatesWhateverAccompaniesThem) {
  for (const char* beside : {
           "",
           "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/>",
           "<stanza-id xmlns='urn:xmpp:sid:0' by='a@b.example' id='s1'/>",
           "<x xmlns='http://jabber.org/protocol/muc#user'/>",
           "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='x'/>",
           "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>",
           "<nick xmlns='http://jabber.org/protocol/nick'>Romeo</nick>",
           "<request xmlns='urn:xmpp:receipts'/>",
           "<markable xmlns='urn:xmpp:chat-markers:0'/>",
           "<private xmlns='urn:xmpp:carbons:2'/>",
           "<no-copy xmlns='urn:xmpp:hints'/>",
           "<thread>t1</thread>",
       }) {
    for (const char* type : {"chat", "normal", "groupchat"}) {
      EXPECT_EQ(keepers_of(type, composing + std::string(beside)), "") << type << beside;
    }
  }
  EXPECT_EQ(keepers_of("chat", ""), "");
}

TEST(Keeping, IsForReceiptsAndMarkersWhereTheyAreOnesOwn) {
  for (const char* inside :
       {"<received xmlns='urn:xmpp:receipts' id='m1'/>", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>"}) {
    EXPECT_EQ(keepers_of("chat", inside), "offline account ") << inside;
    EXPECT_EQ(keepers_of("groupchat", inside), "") << inside;
  }
}

// XEP-0334 sections 4.1, 4.2 and 4.4.
TEST(Keeping, IsAsTheSenderHints) {
  const auto hint = [](const std::string& name) { return "<" + name + " xmlns='urn:xmpp:hints'/>"; };
  EXPECT_EQ(keepers_of("chat", "<body>x</body>" + hint("no-store")), "");
  EXPECT_EQ(keepers_of("groupchat", "<body>x</body>" + hint("no-store")), "");
  EXPECT_EQ(keepers_of("chat", "<body>x</body>" + hint("no-permanent-store")), "offline ");
  EXPECT_EQ(keepers_of("groupchat", "<body>x</body>" + hint("no-permanent-store")), "");
  EXPECT_EQ(keepers_of("chat", composing + hint("store")), "offline account ");
  EXPECT_EQ(keepers_of("chat", hint("no-store") + hint("store")), "");
  EXPECT_EQ(keepers_of("headline", "<body>x</body>" + hint("store")), "");
}

TEST(Keeping, IsNotForCopiesOfOtherMessages) {
  EXPECT_EQ(keepers_of("chat", "<body>x</body><received xmlns='urn:xmpp:carbons:2'/>"), "");
  EXPECT_EQ(keepers_of("chat", "<body>x</body><result xmlns='urn:xmpp:mam:2' id='1'/>"), "");
}

}  // namespace
}  // namespace teahouse::keeping_test
