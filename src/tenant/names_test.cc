#include "tenant/names.h"

#include <gtest/gtest.h>

namespace teahouse {
namespace {

std::string origin(std::string_view text) {
  const auto parsed = parse_origin(text);
  return parsed ? *parsed : "refused";
}

TEST(ShortName, TakesLettersDigitsAndHyphens) {
  EXPECT_EQ(*parse_short_name("The name", "shop-42", 63), "shop-42");
  for (const char* text : {"", "Shop", "sh op", "shöp", "-shop", "shop-", "shop.example"}) {
    EXPECT_FALSE(parse_short_name("The name", text, 63)) << text;
  }
  EXPECT_TRUE(parse_short_name("The name", std::string(63, 'a'), 63));
  EXPECT_FALSE(parse_short_name("The name", std::string(64, 'a'), 63));
}

TEST(TenantDomain, IsNormalisedAndANameOfDns) {
  EXPECT_EQ(*parse_tenant_domain("Shop.Example"), "shop.example");
  EXPECT_EQ(*parse_tenant_domain("xn--bcher-kva.example"), "bücher.example");
  EXPECT_EQ(*parse_tenant_domain("localhost"), "localhost");
  for (const char* text : {"", "127.0.0.1", "[::1]", "a..b", "a b", "user@host", "host/x", "-a.example"}) {
    EXPECT_FALSE(parse_tenant_domain(text)) << text;
  }
}

TEST(TenantDomain, HasAnAsciiForm) {
  EXPECT_EQ(*ascii_domain("bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(*ascii_domain("shop.example"), "shop.example");
  EXPECT_EQ(*ascii_domain("my--shop.bücher.example"), "my--shop.xn--bcher-kva.example");
}

TEST(Origin, IsSchemeHostAndPort) {
  EXPECT_EQ(origin("https://shop.example"), "https://shop.example");
  EXPECT_EQ(origin("HTTPS://Shop.Example:8443"), "https://shop.example:8443");
  EXPECT_EQ(origin("http://localhost:8080"), "http://localhost:8080");
  EXPECT_EQ(origin("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(origin("http://127.0.0.1"), "http://127.0.0.1");
  EXPECT_EQ(origin("https://xn--bcher-kva.example"), "https://xn--bcher-kva.example");
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
                           "https://bücher.example",
                           "https://a b",
                           "null",
                           "https://[::1",
                           "https://a.",
                           "javascript://a",
                           "https:///a",
                           "https://a\\b",
                           "https://a:1:2"}) {
    EXPECT_EQ(origin(text), "refused") << text;
  }
  EXPECT_EQ(origin("https://" + std::string(300, 'a')), "refused");
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

TEST(Theme, IsASmallJsonObject) {
  EXPECT_TRUE(parse_theme(""));
  EXPECT_TRUE(parse_theme("{\"color\":\"#0a7\"}"));
  for (const char* text : {"[]", "1", "{", "{\"a\":1}x", "{a:1}"}) EXPECT_FALSE(parse_theme(text)) << text;
  EXPECT_TRUE(parse_theme("{\"a\":\"" + std::string(2048 - 8, 'x') + "\"}"));
  EXPECT_FALSE(parse_theme("{\"a\":\"" + std::string(2048 - 7, 'x') + "\"}"));
}

TEST(ShownText, IsCleanUtf8) {
  EXPECT_EQ(*parse_shown_text("The name", "  Zoë 王 🫖 ", 10), "Zoë 王 🫖");
  for (const char* text : {"a\nb", "a\tb", "a\x7F", "\xFF", "a\xE2\x80\xAE", "\xED\xA0\x80", "\xEF\xBF\xBF"}) {
    EXPECT_FALSE(parse_shown_text("The name", text, 10)) << text;
  }
  EXPECT_TRUE(parse_shown_text("The name", "éééééééééé", 10));
  EXPECT_FALSE(parse_shown_text("The name", "ééééééééééé", 10));
  EXPECT_FALSE(parse_shown_text("The name", std::string(1000, 'a'), 10));
}

}  // namespace
}  // namespace teahouse
