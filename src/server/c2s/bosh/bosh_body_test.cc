#include "server/c2s/bosh/bosh_body.h"

#include <gtest/gtest.h>

namespace teahouse::c2s::bosh_body_test {
namespace {

constexpr char ns_of_body[] = " xmlns='http://jabber.org/protocol/httpbind'";

Result<BoshBody> parse(const std::string& attributes, const std::string& inner = {}) {
  return parse_bosh_body(std::string("<body").append(ns_of_body).append(" ") + attributes + ">" + inner + "</body>");
}
std::string payload_of(const std::string& attributes, const std::string& inner) {
  const auto body = parse("rid='1' " + attributes, inner);
  return body && body->payloads.size() == 1 ? std::string(body->payloads[0].view()) : "(none)";
}
bool is_bad(const std::string& attributes, const std::string& inner = {}) {
  const auto body = parse(attributes, inner);
  return !body && body.error().kind == ErrorKind::bad_request && !body.error().text.empty();
}

TEST(BoshBody, ReadsARequestForASession) {
  const auto body = parse(
      "rid='9007199254740991' to='shop.example' from='ann@shop.example' ver='1.10' wait='60' hold='1' xml:lang='en' "
      "newkey='ca39' content='text/xml' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->rid, BoshBody::rid_max);
  EXPECT_EQ(body->to, "shop.example");
  EXPECT_EQ(body->from, "ann@shop.example");
  EXPECT_EQ(body->lang, "en");
  EXPECT_EQ(body->newkey, "ca39");
  EXPECT_EQ(body->ver_minor, 10);
  EXPECT_EQ(body->wait, 60);
  EXPECT_EQ(body->hold, 1);
  EXPECT_EQ(body->version, "1.0");
  EXPECT_TRUE(body->sid.empty());
  EXPECT_TRUE(body->is_empty());
}

TEST(BoshBody, RefusesWhatIsNone) {
  EXPECT_TRUE(is_bad(""));
  for (const char* rid : {"0", "-1", "9007199254740992", "1.5", "x", "", "99999999999999999999999"}) {
    EXPECT_TRUE(is_bad("rid='" + std::string(rid) + "'")) << rid;
  }
  for (const char* more : {"wait='-1'", "hold='one'", "pause=''", "ver='1'", "ver='x.y'", "ver='1.-6'", "ver='0.9'"}) {
    EXPECT_TRUE(is_bad(std::string("rid='1' ") + more)) << more;
  }
  for (const char* name : {"key", "newkey", "content", "xml:lang"}) {
    EXPECT_TRUE(is_bad("rid='1' " + std::string(name) + "='" + std::string(129, 'a') + "'")) << name;
  }
  EXPECT_TRUE(is_bad("rid='1' from='" + std::string(3072, 'a') + "'"));
  EXPECT_TRUE(is_bad("rid='1'", "words"));
  EXPECT_TRUE(is_bad("rid='1'", "<message/>words"));
  EXPECT_TRUE(is_bad("rid='1'", "<!-- hush -->"));
  EXPECT_TRUE(is_bad("rid='1'", "<?php hush ?>"));
  EXPECT_TRUE(is_bad("rid='1'", "<message>&hush;</message>"));
  EXPECT_TRUE(is_bad("rid='1'", "<message>"));
  EXPECT_FALSE(parse_bosh_body(""));
  EXPECT_FALSE(parse_bosh_body("<body rid='1'/>"));
  EXPECT_FALSE(parse_bosh_body("<body xmlns='jabber:client' rid='1'/>"));
  EXPECT_FALSE(parse_bosh_body("<!DOCTYPE body><body xmlns='http://jabber.org/protocol/httpbind' rid='1'/>"));
  EXPECT_FALSE(parse_bosh_body("<body xmlns='http://jabber.org/protocol/httpbind' rid='1'/><body/>"));
}

TEST(BoshBody, RefusesOneThatIsTooLarge) {
  EXPECT_FALSE(is_bad("rid='1'", "<a>" + std::string(BoshBody::bytes_max - 1000, 'x') + "</a>"));
  EXPECT_TRUE(is_bad("rid='1'", "<a>" + std::string(BoshBody::bytes_max, 'x') + "</a>"));
}

TEST(BoshBody, FindsTheSidOfOneThatHasNotComeWhole) {
  const std::string begin = std::string("<body").append(ns_of_body) + " rid='1' sid='abc-0'";
  EXPECT_EQ(find_bosh_sid(begin + "><message><bo"), "abc-0");
  EXPECT_EQ(find_bosh_sid(begin), "");
  EXPECT_EQ(find_bosh_sid("words"), "");
  EXPECT_EQ(find_bosh_sid(""), "");
}

TEST(BoshBody, TakesElementsOutAsTheyAre) {
  EXPECT_EQ(payload_of("", " <message xmlns='jabber:client'><body>a&amp;b</body></message>\n"),
            "<message xmlns='jabber:client'><body>a&amp;b</body></message>");
}

TEST(BoshBody, LeavesElementsWithoutANamespaceToTheStream) {
  EXPECT_EQ(payload_of("", "<message to='bo@shop.example'><body>hi</body></message>"),
            "<message to='bo@shop.example'><body>hi</body></message>");
}

TEST(BoshBody, GivesAnElementThePrefixesThatItNeeds) {
  const std::string payload = payload_of("xmlns:x='urn:x'", "<x:thing x:a='1'/>");
  EXPECT_NE(payload.find("urn:x"), payload.npos) << payload;
}

TEST(BoshBody, IgnoresWhatStandsInARestart) {
  const auto body = parse("rid='1' xmlns:x='urn:xmpp:xbosh' x:restart='true' to='shop.example'", "<presence/>");
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->restart);
  EXPECT_TRUE(body->payloads.empty());
  EXPECT_FALSE(body->is_empty());
}

TEST(BoshAnswer, TellsTheTermsOfTheSession) {
  BoshTerms terms;
  terms.sid = "abc";
  terms.from = "shop.example";
  const std::string text =
      BoshAnswer{.terms = &terms, .payloads = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>"}
          .write();
  for (const char* part :
       {"sid='abc'", "wait='60'", "hold='1'", "requests='2'", "inactivity='60'", "polling='2'", "maxpause='120'",
        "ver='1.11'", "from='shop.example'", "xmlns:xmpp='urn:xmpp:xbosh'", "xmpp:version='1.0'",
        "xmpp:restartlogic='true'", "xmlns:stream='http://etherx.jabber.org/streams'"}) {
    EXPECT_NE(text.find(part), text.npos) << part << " in " << text;
  }
}

TEST(BoshAnswer, SaysNoMoreThanItMust) {
  EXPECT_EQ(BoshAnswer{}.write(), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
  const BoshAnswer end{.type = "terminate", .condition = "item-not-found"};
  EXPECT_EQ(end.write(),
            "<body xmlns='http://jabber.org/protocol/httpbind' type='terminate' condition='item-not-found'/>");
}

}  // namespace
}  // namespace teahouse::c2s::bosh_body_test
