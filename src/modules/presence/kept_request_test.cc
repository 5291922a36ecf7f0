#include "modules/presence/kept_request.h"

#include <gtest/gtest.h>

namespace teahouse::kept_request_test {
namespace {

std::string keep(std::string payload) {
  Stanza request = Stanza::make(StanzaKind::presence, StanzaType::subscribe, std::move(payload));
  request.from = *Jid::parse("romeo@montague.example");
  request.to = *Jid::parse("juliet@capulet.example");
  const auto kept = Stanza::parse_stored(make_kept_request(request));
  EXPECT_TRUE(kept && kept->from == request.from && kept->to == request.to && kept->type == request.type);
  return kept ? std::string(kept->payload()) : "";
}

TEST(KeptRequest, IsAsItCameWhereItIsShort) {
  const std::string payload = "<status>Please</status><x xmlns='urn:example'><y/></x>";
  EXPECT_EQ(keep(payload), payload);
  EXPECT_EQ(keep(""), "");
}

TEST(KeptRequest, IsWhatItsReaderSeesWhereItIsLong) {
  const std::string long_text(200'000, 'x');
  const std::string nick = "<nick xmlns='http://jabber.org/protocol/nick'>";
  EXPECT_EQ(keep("<x xmlns='urn:example'>" + long_text + "</x>"), "");
  EXPECT_EQ(keep("<status>" + long_text + "</status>" + nick + "R</nick><preauth xmlns='urn:xmpp:pars:0' token='t'/>"),
            "<status>" + std::string(1024, 'x') + "</status>" + nick +
                "R</nick><preauth xmlns='urn:xmpp:pars:0' token='t'/>");
  EXPECT_EQ(keep(nick + long_text + "</nick><preauth xmlns='urn:xmpp:pars:0' token='" + long_text + "'/>"),
            nick + std::string(255, 'x') + "</nick>");
  const std::string moved = "<moved xmlns='urn:xmpp:moved:1'><old-jid>";
  EXPECT_EQ(keep(nick + long_text + "</nick>" + moved + "romeo@verona.example</old-jid><x/></moved>"),
            nick + std::string(255, 'x') + "</nick>" + moved + "romeo@verona.example</old-jid></moved>");
  EXPECT_EQ(keep(moved + long_text + "</old-jid></moved>"), "");
  std::string escaped;
  for (int i = 0; i < 20'000; ++i) escaped += "&amp;";
  EXPECT_LE(make_kept_request(Stanza::make(StanzaKind::presence, StanzaType::subscribe,
                                           "<status>" + escaped + "</status>" + nick + escaped + "</nick>"))
                .size(),
            kept_request_bytes_max);
}

}  // namespace
}  // namespace teahouse::kept_request_test
