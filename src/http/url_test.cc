#include "http/url.h"

#include <gtest/gtest.h>

namespace teahouse::http::url_test {
namespace {

TEST(Url, SaysWhereItLeads) {
  const auto url = parse_url("https://im.example.org:8443/v1/users?limit=10#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "im.example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->authority, "im.example.org:8443");
  EXPECT_EQ(url->target, "/v1/users?limit=10");
  const auto literal = parse_url("http://[2001:db8::1]");
  ASSERT_TRUE(literal);
  EXPECT_EQ(literal->host, "2001:db8::1");
  EXPECT_EQ(literal->port, 80);
  EXPECT_EQ(literal->authority, "[2001:db8::1]");
  EXPECT_EQ(literal->target, "/");
  EXPECT_EQ(parse_url("https://shop.example?a=b")->target, "/?a=b");
}

TEST(Url, RefusesWhatLeadsNowhere) {
  for (const char* text : {"", "capulet.lit", "ftp://h/", "http://", "http://h/ x", "http://h:99999999/", "http://h:0/",
                           "http://h:65536/", "http://h:99999/", "http://user@h/", "http://user:secret@h/", "//h/",
                           "http://h/\r\nX: y", "http://h\r\n/", "http:///x"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind, ErrorKind::bad_request) << text;
  }
}

}  // namespace
}  // namespace teahouse::http::url_test
