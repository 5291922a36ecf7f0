#include "xmpp/mam.h"

#include <gtest/gtest.h>

#include "xmpp/date_time.h"
#include "xmpp/namespaces.h"

namespace teahouse::mam_test {
namespace {

Result<MamQuery> read(const std::string& fields, const std::string& more = {},
                      const std::string& head = " queryid='f27'") {
  const auto document =
      xml::Document::parse(SharedBytes("<query xmlns='urn:xmpp:mam:2'" + head +
                                       "><x xmlns='jabber:x:data' type='submit'>"
                                       "<field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field>" +
                                       fields + "</x>" + more + "</query>"));
  EXPECT_TRUE(document);
  return parse_mam_query(document->root());
}

std::string field(const std::string& var, const std::string& value) {
  return "<field var='" + var + "'><value>" + value + "</value></field>";
}

TEST(Mam, ReadsEveryField) {
  const auto query =
      read(field("with", "Romeo@example.org") + field("start", "2010-06-07T00:00:00Z") +
               field("end", "2010-07-07T13:23:54.5+01:00") + field("after-id", "a") + field("before-id", "b") +
               "<field var='ids'><value>1</value><value>2</value></field>" + field("include-groupchat", "false"),
           "<set xmlns='http://jabber.org/protocol/rsm'><max>10</max><before/></set><flip-page/>");
  ASSERT_TRUE(query) << query.error().text;
  EXPECT_EQ(query->queryid, "f27");
  EXPECT_EQ(query->with->str(), "romeo@example.org");
  EXPECT_EQ(query->start_ms, 1275868800000);
  EXPECT_EQ(query->end_ms, 1278505434500);
  EXPECT_EQ(query->after_id, "a");
  EXPECT_EQ(query->before_id, "b");
  EXPECT_EQ(query->ids.size(), 2U);
  EXPECT_EQ(query->include_groupchat, false);
  EXPECT_TRUE(query->flip_page);
  EXPECT_EQ(query->rsm.max, 10U);
  EXPECT_TRUE(query->rsm.backwards());
}

TEST(Mam, AsksForEverythingWithoutAForm) {
  const auto document = xml::Document::parse(SharedBytes(std::string("<query xmlns='urn:xmpp:mam:2'/>")));
  const auto query = parse_mam_query(document->root());
  ASSERT_TRUE(query);
  EXPECT_FALSE(query->with || query->start_ms || query->end_ms || query->after_id || query->before_id);
  EXPECT_TRUE(query->queryid.empty());
  EXPECT_FALSE(query->flip_page);
}

TEST(Mam, RefusesJunk) {
  EXPECT_EQ(read(field("with", "@@")).error().kind, ErrorKind::jid_malformed);
  EXPECT_EQ(read(field("start", "yesterday")).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(read(field("end", "2010-02-30T00:00:00Z")).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(read(field("include-groupchat", "perhaps")).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(read(field("{http://example.com/}search", "x")).error().kind, ErrorKind::feature_not_implemented);
  EXPECT_EQ(read("<field var='ids'/>").error().kind, ErrorKind::bad_request);
  EXPECT_FALSE(read({}, {}, " queryid='" + std::string(1001, 'q') + "'"));
  EXPECT_FALSE(read({}, "<set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set>"));
  std::string ids;
  for (int i = 0; i <= 100; ++i) ids += "<value>1</value>";
  EXPECT_FALSE(read("<field var='ids'>" + ids + "</field>"));
}

TEST(Mam, WritesResults) {
  const std::string result = make_mam_result("q'1", "00ff", 1275868800000, "<message xmlns='jabber:client'/>");
  const auto document = xml::Document::parse(SharedBytes(result));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().attribute("queryid"), "q'1");
  EXPECT_EQ(document->root().attribute("id"), "00ff");
  const auto forwarded = document->root().child("forwarded", ns::forward);
  ASSERT_TRUE(forwarded);
  EXPECT_TRUE(forwarded->child("delay", ns::delay));
  EXPECT_TRUE(forwarded->child("message", ns::client));
  EXPECT_EQ(make_mam_result({}, "1", 0, {}).find("queryid"), std::string::npos);
}

TEST(Mam, WritesEnds) {
  const auto fin = xml::Document::parse(SharedBytes(make_mam_fin({"a", "b", 0, 2}, true)));
  ASSERT_TRUE(fin);
  EXPECT_EQ(fin->root().attribute("complete"), "true");
  EXPECT_FALSE(fin->root().attribute("stable"));
  EXPECT_TRUE(fin->root().child("set", ns::rsm));
  const auto empty = xml::Document::parse(SharedBytes(make_mam_metadata({}, {})));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->root().child_count(), 0U);
  const auto both = xml::Document::parse(SharedBytes(make_mam_metadata(MamEnd{"a", 0}, MamEnd{"b", 1})));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->root().child("start", ns::mam)->attribute("timestamp"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(both->root().child("end", ns::mam)->attribute("id"), "b");
  const auto form = xml::Document::parse(SharedBytes(make_mam_form()));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->root().child("x", ns::data_forms)->child_count(), 8U);
}

TEST(DateTime, ReadsXep0082) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("1969-07-21T02:56:15Z"), -14159025000);
  EXPECT_EQ(parse_time("1969-07-20T21:56:15-05:00"), -14159025000);
  EXPECT_EQ(parse_time("2026-01-31T23:59:59.1239Z"), 1769903999123);
  EXPECT_EQ(parse_time("0001-01-01T00:00:00Z"), -62135596800000);
  EXPECT_EQ(parse_time("0001-01-01T14:00:00+14:00"), -62135596800000);
  EXPECT_EQ(parse_time(" 1970-01-01T00:00:01Z\n"), 1000);
}

TEST(DateTime, RefusesTheRest) {
  for (const char* text :
       {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00z", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00+0100", "1970-01-01T00:00:00+24:00", "0000-01-01T00:00:00Z", "1970-01-01 T00:00:00Z",
        "19700101T00:00:00", "1970-01-01T00:00:61Z", "-970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-00:01"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

}  // namespace
}  // namespace teahouse::mam_test
