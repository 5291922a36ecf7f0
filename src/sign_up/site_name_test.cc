#include "sign_up/site_name.h"

#include <gtest/gtest.h>

namespace teahouse::sign_up::site_name_test {
namespace {

TenantPtr tenant_at(const std::string& domain) {
  auto tenant = std::make_shared<Tenant>();
  tenant->hosts = {{domain, HostKind::accounts}};
  return tenant;
}

TEST(SiteName, MakesALabelOfWords) {
  EXPECT_EQ(make_label("Ann's Tea Shop"), "anns-tea-shop");
  EXPECT_EQ(make_label("  Bücher & Café №1 "), "bucher-cafe-no1");
  EXPECT_EQ(make_label("茶馆"), "cha-guan");
  EXPECT_EQ(make_label("Чайная"), "cajnaa");
  EXPECT_EQ(make_label("!?…"), "");
  EXPECT_EQ(make_label(std::string(39, 'a') + "-b").size(), 39u) << "no hyphen at the end";
  EXPECT_EQ(make_label("a\r\nBcc: x"), "a-bcc-x");
  EXPECT_EQ(make_label("\xff\xfe"), "");
}

TEST(SiteName, RefusesWhatIsNoLabel) {
  EXPECT_EQ(parse_label("Tea-Shop").value(), "tea-shop");
  for (const char* text : {"", "ab", "-tea", "tea-", "te--a", "xn--tea", "tea shop", "tea.shop", "tea_shop", "tee\n",
                           "bücher", "12345678901234567890123456789012345678901"}) {
    const auto parsed = parse_label(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().text.find("'label'"), std::string::npos);
  }
}

TEST(SiteName, LooksLikeAnother) {
  for (const char* name : {"paypal", "PayPaI", "pay-pal", "paypa1", "p4yp4l", "раураl", "pay.pal"}) {
    EXPECT_EQ(look_of(name), look_of("paypal")) << name;
  }
  EXPECT_EQ(look_of("rnodern"), look_of("modern"));
  EXPECT_EQ(look_of("vvine"), look_of("wine"));
  EXPECT_EQ(look_of("adm1n"), look_of("admin"));
  EXPECT_NE(look_of("tea"), look_of("coffee"));
  EXPECT_NE(look_of("tea-2"), look_of("tea"));
}

TEST(SiteName, OfOthersAreTheLabelTheDomainAndTheRegisteredName) {
  TakenLooks looks;
  const auto taken =
      looks.list({tenant_at("tea.host.example"), tenant_at("www.montague.example"), tenant_at("shop.capulet.co.uk")},
                 "host.example");
  for (const char* name : {"tea", "t3a", "montague", "m0ntague", "capulet", "www-montague-example"}) {
    EXPECT_TRUE(taken.contains(look_of(name))) << name;
  }
  for (const char* name : {"example", "shop", "host", "verona"}) EXPECT_FALSE(taken.contains(look_of(name))) << name;
}

TEST(SiteName, SimilarOnesAreLabelsToo) {
  for (const char* label : {"tea", "a-very-long-label-of-forty-characters-xx"}) {
    for (const std::string& other : similar_labels(label)) {
      EXPECT_TRUE(parse_label(other)) << other;
      EXPECT_NE(look_of(other), look_of(label));
    }
  }
}

}  // namespace
}  // namespace teahouse::sign_up::site_name_test
