#include "xmpp/rsm.h"

#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::rsm_test {
namespace {

Result<RsmRequest> read(std::string inside) {
  const auto document = xml::Document::parse(
      SharedBytes("<query xmlns='urn:x'><set xmlns='http://jabber.org/protocol/rsm'>" + inside + "</set></query>"));
  EXPECT_TRUE(document);
  return parse_rsm_of(document->root());
}

TEST(Rsm, ReadsRequests) {
  const auto next = read("<max>10</max><after>x</after>");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->max, 10U);
  EXPECT_EQ(next->after, "x");
  EXPECT_FALSE(next->backwards());
  const auto last = read("<max>0</max><before/>");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->before, "");
  EXPECT_TRUE(last->backwards());
  EXPECT_EQ(last->page_size(50, 100), 0U);
  EXPECT_EQ(read("<index>371</index>")->index, 371U);
  EXPECT_EQ(read("")->page_size(50, 100), 50U);
}

TEST(Rsm, WhiteSpaceAroundANumberSaysNothing) {
  EXPECT_EQ(read("<max> 3 </max>")->max, 3U);
  EXPECT_EQ(read("<index>\n  371\n</index>")->index, 371U);
}

TEST(Rsm, BoundsHostileNumbers) {
  EXPECT_EQ(read("<max>100000000000000000000</max>")->page_size(50, 100), 100U);
  EXPECT_FALSE(read("<max>-1</max>"));
  EXPECT_FALSE(read("<max>ten</max>"));
  EXPECT_FALSE(read("<max/>"));
  EXPECT_FALSE(read("<index>1 OR 1=1</index>"));
}

TEST(Rsm, AsksForEverythingWithoutASet) {
  const auto document = xml::Document::parse(SharedBytes(std::string("<query xmlns='urn:x'/>")));
  const auto request = parse_rsm_of(document->root());
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->max || request->after || request->before || request->index);
}

TEST(Rsm, WritesAnswers) {
  std::string out;
  xml::Writer writer(out);
  write_rsm(writer, {"a", "b", 3, 9});
  EXPECT_NE(out.find("3"), std::string::npos);
  const auto document = xml::Document::parse(SharedBytes(out));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().child("first", ns::rsm)->attribute("index"), "3");
  EXPECT_EQ(document->root().child_text("first", ns::rsm), "a");
  EXPECT_EQ(document->root().child_text("last", ns::rsm), "b");
  EXPECT_EQ(document->root().child_text("count", ns::rsm), "9");
  std::string empty;
  xml::Writer other(empty);
  write_rsm(other, {{}, {}, {}, 7});
  EXPECT_EQ(empty.find("first"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::rsm_test
