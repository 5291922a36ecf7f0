#include "tenant/names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace teahouse::names_test {
namespace {

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

TEST(PersonName, IsMadeOneLineOfWhatCanBeShown) {
  const auto shown = [](std::string_view text) { return *parse_person_name("The name", text, 10); };
  EXPECT_EQ(shown("Ann\tLee"), "Ann Lee");
  EXPECT_EQ(shown("\r\nAnn \r\n\t Lee\n"), "Ann Lee");
  EXPECT_EQ(shown("Ann\xE2\x80\xA8Lee\xC2\x85"), "Ann Lee");
  EXPECT_EQ(shown("A\x01n\x7Fn\xE2\x80\xAE\xE2\x81\xA6\xEF\xBF\xBF"), "Ann");
  EXPECT_EQ(shown("\t\n"), "");
  EXPECT_EQ(shown("a  b"), "a  b");  // as it was written
  EXPECT_FALSE(parse_person_name("The name", "a\xC3", 10));
  EXPECT_FALSE(parse_person_name("The name", "eleven char", 10));
  EXPECT_EQ(shown(std::string(1000, '\n') + "a" + std::string(1000, ' ')), "a");
}

TEST(ModuleOptions, AChangeNamesSomeAndTheOthersStay) {
  const auto merge = [](const char* options, const char* change) {
    const auto merged = merge_module_options(options, change);
    return merged ? *merged : merged.error().text;
  };
  EXPECT_EQ(merge("", R"({"muc":{"a":1,"b":"2h"}})"), R"({"muc":{"a":1,"b":"2h"}})");
  EXPECT_EQ(merge(R"({"muc":{"a":1,"b":"2h"}})", R"({"muc":{"a":7},"blocking":{"c":true}})"),
            R"({"muc":{"a":7,"b":"2h"},"blocking":{"c":true}})");
  EXPECT_EQ(merge(R"({"muc":{"a":1,"b":"2h"}})", R"({"muc":{"b":null,"x":null}})"), R"({"muc":{"a":1}})");
  EXPECT_EQ(merge(R"({"muc":{"a":1}})", R"({"muc":{"a":null}})"), "");
  EXPECT_EQ(merge(R"({"muc":{"a":1}})", "{}"), R"({"muc":{"a":1}})");
  EXPECT_EQ(merge("broken", R"({"muc":{"a":1}})"), R"({"muc":{"a":1}})");
  for (const char* wrong : {"", "[]", "7", R"({"muc":7})", R"({"muc":{"a":[1]}})", R"({"muc":{"a":{}}})"}) {
    EXPECT_NE(merge("", wrong).find("an object of objects"), std::string::npos) << wrong;
  }
  const std::string large = R"({"muc":{"a":")" + std::string(module_options_bytes_max, 'x') + R"("}})";
  EXPECT_NE(merge("", large.c_str()).find("8192"), std::string::npos);
}

TEST(Names, AComponentIsBelowItsTenantAndMadeByNobodyElse) {
  const auto plain = parse_hosts("shop.example", {});
  ASSERT_TRUE(plain);
  const auto is_component = [](const auto& host) { return host.kind == HostKind::component; };
  EXPECT_TRUE(std::none_of(plain->begin(), plain->end(), is_component)) << "none is made by itself";
  EXPECT_TRUE(parse_hosts("shop.example", {{"irc.shop.example", HostKind::component}}));
  for (const char* name : {"irc.example", "irc.forum.example", "xshop.example", "shop.example"}) {
    EXPECT_FALSE(parse_hosts("shop.example", {{name, HostKind::component}})) << name;
  }
}

}  // namespace
}  // namespace teahouse::names_test
