#include "tenant/origin.h"

#include <gtest/gtest.h>

namespace teahouse::origin_test {
namespace {

std::string origin(std::string_view text) {
  const auto parsed = parse_origin(text);
  return parsed ? *parsed : "refused";
}

TEST(Origin, IsSchemeHostAndPort) {
  EXPECT_EQ(origin("https://shop.example"), "https://shop.example");
  EXPECT_EQ(origin("HTTPS://Shop.Example:8443"), "https://shop.example:8443");
  EXPECT_EQ(origin("http://localhost:8080"), "http://localhost:8080");
  EXPECT_EQ(origin("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(origin("http://127.0.0.1"), "http://127.0.0.1");
  EXPECT_EQ(origin("https://xn--bcher-kva.example"), "https://xn--bcher-kva.example");
}

TEST(Origin, IsWrittenAsBrowsersWriteIt) {
  EXPECT_EQ(origin("http://my_shop.test:8080"), "http://my_shop.test:8080");
  EXPECT_EQ(origin("https://-a-.b--c.example"), "https://-a-.b--c.example");
  EXPECT_EQ(origin("https://Bücher.example"), "https://xn--bcher-kva.example");
  EXPECT_EQ(origin("https://straße_1.example"), "https://xn--strae_1-3va.example");
  EXPECT_EQ(origin("https://shop.example."), "https://shop.example.");  // another origin to browsers
  EXPECT_EQ(origin("http://127.1:80"), "http://127.0.0.1");
  EXPECT_EQ(origin("http://0x7f.0.0.1"), "http://127.0.0.1");
  EXPECT_EQ(origin("http://[0:0::0:1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(origin("http://[2001:DB8::1]"), "http://[2001:db8::1]");
}

TEST(Origin, MayBeOfAnAppOrAnExtension) {
  EXPECT_EQ(origin("capacitor://localhost"), "capacitor://localhost");
  EXPECT_EQ(origin("ionic://localhost:8100"), "ionic://localhost:8100");
  EXPECT_EQ(origin("app://."), "app://.");
  EXPECT_EQ(origin("chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop");
  EXPECT_EQ(origin("Safari-Web-Extension://0A1B-CD"), "safari-web-extension://0a1b-cd");
  Tenant shop;
  shop.origins = {"safari-web-extension://0a1b-cd"};
  EXPECT_TRUE(is_origin_allowed(shop, "safari-web-extension://0A1B-CD"));
  EXPECT_FALSE(is_origin_allowed(shop, "safari-web-extension://0a1b-ce"));
}

TEST(Origin, LosesItsSchemesOwnPort) {
  EXPECT_EQ(origin("https://shop.example:443"), "https://shop.example");
  EXPECT_EQ(origin("http://shop.example:80"), "http://shop.example");
  EXPECT_EQ(origin("http://shop.example:443"), "http://shop.example:443");
}

TEST(Origin, RefusesWhatIsNoOrigin) {
  for (const char* text : {"",
                           "shop.example",
                           "ftp://shop.example",
                           "https://",
                           "https://shop.example/",
                           "https://a/b",
                           "https://a?b",
                           "https://a#b",
                           "https://user@a",
                           "https://a:0",
                           "https://a:65536",
                           "https://a:",
                           "https://a:8x",
                           "https://*.example",
                           "https://a b",
                           "null",
                           "https://[::1",
                           "https://.",
                           "https://a..b",
                           "https://1.2.3.256",
                           "https://1.2.3.4.5",
                           "https://a.0xg",
                           "https://b%C3%BCcher.example",
                           "https://[1.2.3.4]",
                           "https://[fe80::1%eth0]",
                           "file://",
                           "file://localhost",
                           "wss://a",
                           "capacitor://",
                           "capacitor://a/b",
                           "capacitor://a,b",
                           "1app://a",
                           "a_b://c",
                           "javascript://a",
                           "https:///a",
                           "https://a\\b",
                           "https://a:1:2"}) {
    EXPECT_EQ(origin(text), "refused") << text;
  }
  EXPECT_EQ(origin("https://" + std::string(300, 'a')), "refused");
  EXPECT_EQ(origin(std::string_view("http://127.0.0.1\0.shop.example", 30)), "refused");
}

TEST(Origin, TakesTheStarOnlyAlone) {
  EXPECT_EQ(origin("*"), "*");
  EXPECT_EQ(origin("**"), "refused");
  EXPECT_EQ(origin("https://*"), "refused");
}

TEST(Origin, AllowsExactlyWhatIsListed) {
  Tenant shop;
  EXPECT_FALSE(is_origin_allowed(shop, "https://shop.example"));
  shop.origins = {"https://shop.example"};
  EXPECT_TRUE(is_origin_allowed(shop, "https://shop.example"));
  for (const char* other : {"http://shop.example", "https://shop.example:8443", "https://a.shop.example", "null", ""}) {
    EXPECT_FALSE(is_origin_allowed(shop, other)) << other;
  }
  shop.origins = {"*"};
  EXPECT_TRUE(is_origin_allowed(shop, "https://anybody.example"));
}

TEST(Origin, ListIsLimitedAndNamesTheBadOne) {
  EXPECT_EQ(parse_origins({"https://a", "https://A", "https://b"})->size(), 2U);
  EXPECT_FALSE(parse_origins(std::vector<std::string>(51, "https://a")));
  EXPECT_NE(parse_origins({"https://a", "b"}).error().text.find("Origin 2"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::origin_test
