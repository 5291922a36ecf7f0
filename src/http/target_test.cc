#include "http/target.h"

#include <gtest/gtest.h>

#include "http/message.h"

namespace teahouse::http::target_test {
namespace {

TEST(Target, ReadsThePathAndTheQuery) {
  const auto target = parse_target("/v1/users/rom%C3%A9o%40montague.lit?limit=10&q=%2F");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/users/roméo@montague.lit");
  EXPECT_EQ(target->query_string, "limit=10&q=%2F");
  EXPECT_EQ(parse_target("/")->path, "/");
  EXPECT_EQ(parse_target("*")->path, "*");
  EXPECT_EQ(parse_target("/a+b?")->path, "/a+b");
  EXPECT_EQ(parse_target("/a/.hidden/..x/x..")->path, "/a/.hidden/..x/x..");
}

TEST(Target, ReadsTheAbsoluteForm) {
  const auto target = parse_target("http://im.capulet.lit:8080/a?b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "im.capulet.lit:8080");
  EXPECT_EQ(target->path, "/a");
  EXPECT_EQ(parse_target("https://capulet.lit")->path, "/");
  EXPECT_EQ(parse_target("https://capulet.lit?x")->query_string, "x");
}

TEST(Target, NeverLeavesItsPlace) {
  for (const char* text : {"/setup/setup-s/%u002e%u002e/",
                           "/%2>%2",
                           "/a/../b",
                           "/..",
                           "/a/.",
                           "/a/./b",
                           "/%2e%2e/b",
                           "/a/%2E",
                           "/a\\b",
                           "/a/%2e%2e%2fb",
                           "/a%2F..%2Fb",
                           "/a%5C..%5cb",
                           "/a%2f%2e",
                           "/%2F../b",
                           "/a%2F%00",
                           "/a%5C%0a",
                           "/a%c0%afb",
                           "/a%e0%80%afb",
                           "/a%f0%80%80%afb",
                           "/a%2",
                           "/a%00",
                           "/a%0d%0ab",
                           "/a%7f",
                           "/%C0%AE%C0%AE/",
                           "/%",
                           "/%f",
                           "/%ff",
                           "/..%2f",
                           "/.%2e/"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::item_not_found) << text;
  }
}

TEST(Target, TellsSlashesInASegmentFromThoseBetween) {
  for (const auto& [text, path] :
       std::vector<std::pair<std::string, std::string>>{{"/users/staff%2fbo", "/users/staff%2Fbo"},
                                                        {"/users/CORP%5Cbo", "/users/CORP\\bo"},
                                                        {"/users/100%25", "/users/100%25"},
                                                        {"/users/a%252Fb", "/users/a%252Fb"},
                                                        {"/users/%2F%2f/%5c", "/users/%2F%2F/\\"},
                                                        {"/users/%2Fa/", "/users/%2Fa/"}}) {
    const auto target = parse_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target->path, path);
  }
  EXPECT_EQ(decode_segment("staff%2Fbo"), "staff/bo");
  EXPECT_EQ(decode_segment("a%252Fb"), "a%2Fb");
}

TEST(Target, RefusesOtherForms) {
  for (const char* text : {"", "capulet.lit:443", "ftp://capulet.lit/", "/a#b", "a/b", "http://", "**"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::bad_request) << text;
  }
}

TEST(Target, ReadsHosts) {
  EXPECT_EQ(*parse_host("Im.Capulet.lit:8080"), "im.capulet.lit");
  EXPECT_EQ(*parse_host("[2001:DB8::1]:443"), "2001:db8::1");
  EXPECT_EQ(*parse_host(""), "");
  for (const char* bad : {"a b", "a/b", "user@host", "host:80x", "[::1", "a,b", "a:80:90", "h\xC3\xA9"}) {
    EXPECT_FALSE(parse_host(bad)) << bad;
  }
}

}  // namespace
}  // namespace teahouse::http::target_test
