#include "server/s2s/dialback.h"

#include <gtest/gtest.h>

namespace teahouse::s2s::dialback_test {
namespace {

Result<DialbackWord> read(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes(std::string(xml)), {}, "jabber:client");
  return read_dialback(document->root());
}

// XEP-0185 section 3.
TEST(Dialback, MakesTheKeyOfTheSpecification) {
  EXPECT_EQ(make_dialback_key("s3cr3tf0rd14lb4ck", "xmpp.example.com", "example.org", "D60000229F"),
            "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643");
}

TEST(Dialback, KeysDifferByTenantAndEachPart) {
  const std::string shop = make_dialback_secret("house", TenantId{1}),
                    forum = make_dialback_secret("house", TenantId{2});
  const std::string key = make_dialback_key(shop, "a", "b", "c");
  EXPECT_NE(key, make_dialback_key(forum, "a", "b", "c"));
  EXPECT_NE(key, make_dialback_key(shop, "b", "a", "c"));
  EXPECT_NE(key, make_dialback_key(shop, "a", "b", "d"));
  EXPECT_EQ(key, make_dialback_key(shop, "a", "b", "c"));
}

TEST(Dialback, ReadsWhatItWrites) {
  const DialbackWord asked{true, "a.example", "b.example", {}, "id<1>", "key&", {}};
  const auto read_back = read(write_dialback(asked));
  ASSERT_TRUE(read_back);
  EXPECT_TRUE(read_back->is_verify);
  EXPECT_EQ(read_back->from, "a.example");
  EXPECT_EQ(read_back->to, "b.example");
  EXPECT_EQ(read_back->id, "id<1>");
  EXPECT_EQ(read_back->key, "key&");
  const auto answer = read(answer_dialback(asked, "error", "item-not-found"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->from, "b.example");
  EXPECT_EQ(answer->type, "error");
  EXPECT_EQ(answer->reason, "item-not-found");
}

TEST(Dialback, NormalisesAndRefusesDomains) {
  const std::string ns = "xmlns='jabber:server:dialback'";
  EXPECT_EQ(read("<result " + ns + " from='A.Example' to='b.example'>k</result>")->from, "a.example");
  for (const char* from : {"", "user@a.example", "a.example/x", "a b"}) {
    EXPECT_FALSE(read("<result " + ns + " from='" + std::string(from) + "' to='b.example'>k</result>")) << from;
  }
  EXPECT_FALSE(read("<result " + ns + " to='b.example'>k</result>"));
  EXPECT_FALSE(read("<other " + ns + " from='a.example' to='b.example'/>"));
  EXPECT_FALSE(read("<result " + ns + " from='a.example' to='b.example'>" + std::string(1025, 'k') + "</result>"));
}

}  // namespace
}  // namespace teahouse::s2s::dialback_test
