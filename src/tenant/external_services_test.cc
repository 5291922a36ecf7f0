#include "tenant/external_services.h"

#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::external_services_test {
namespace {

ExternalService turn(std::string host = "turn.shop.example") {
  return {.type = "turn", .host = std::move(host), .port = 3478, .transport = "udp", .secret = "north"};
}

struct ExternalServicesTest : ::testing::Test, testing::TenantWorld {
  Result<ExternalService> add(const TenantPtr& tenant, ExternalService service) {
    return wait(services.add(home, tenant->id, std::move(service)));
  }
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");
  ExternalServices& services = keys.services;
};

TEST_F(ExternalServicesTest, EachTenantHasItsOwnAndKeepsThem) {
  const auto of_shop = add(shop, turn()), of_forum = add(forum, {.type = "STUN", .host = "[2001:DB8::0:1]"});
  ASSERT_TRUE(of_shop && of_forum);
  EXPECT_EQ(of_shop->lasts_s, 86400);
  EXPECT_EQ(of_forum->type, "stun");
  EXPECT_EQ(of_forum->host, "2001:db8::1");
  ExternalServices later(*control, clock, seal_key);  // after a restart
  ASSERT_TRUE(later.load_all());
  for (const ExternalServices* all : {&services, &later}) {
    ASSERT_EQ(all->list(shop->id)->size(), 1U);
    EXPECT_EQ(all->list(shop->id)->front(), *of_shop);
    ASSERT_EQ(all->list(forum->id)->size(), 1U);
    EXPECT_EQ(all->list(forum->id)->front(), *of_forum);
  }
  EXPECT_EQ(add(shop, turn()).error().kind, ErrorKind::conflict);
  EXPECT_EQ(wait(services.remove(home, forum->id, of_shop->id)).error().kind, ErrorKind::item_not_found);
  ASSERT_TRUE(wait(services.remove(home, shop->id, of_shop->id)));
  EXPECT_TRUE(services.list(shop->id)->empty());
  EXPECT_EQ(services.list(forum->id)->size(), 1U);
}

TEST_F(ExternalServicesTest, AreSealedWhereTheyAre) {
  ASSERT_TRUE(add(shop, turn()));
  const auto rows = control->execute_now({"SELECT sealed FROM external_services", {}});
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(store::as_text(rows->rows[0][0]).find("north"), std::string::npos);
  EXPECT_FALSE(ExternalServices(*control, clock, std::string(32, 'x')).load_all());
  ASSERT_TRUE(control->execute_now({"UPDATE external_services SET tenant_id = ?", {to_value(forum->id)}}));
  EXPECT_FALSE(ExternalServices(*control, clock, seal_key).load_all());  // a thief's copy into another tenant's row
}

TEST_F(ExternalServicesTest, GoWithTheirTenant) {
  ASSERT_TRUE(add(shop, turn()) && add(forum, turn()));
  ASSERT_TRUE(wait(tenants.remove(home, "shop")));
  EXPECT_TRUE(services.list(shop->id)->empty());
  EXPECT_EQ(services.list(forum->id)->size(), 1U);
  EXPECT_EQ(control->execute_now({"SELECT tenant_id FROM external_services", {}})->rows.size(), 1U);
  EXPECT_EQ(add(shop, turn()).error().kind, ErrorKind::item_not_found);
}

TEST_F(ExternalServicesTest, AreNoMoreThanThirty) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(add(shop, turn("turn" + std::to_string(i) + ".shop.example")));
  EXPECT_EQ(add(shop, turn()).error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(add(forum, turn()));
}

TEST(ExternalService, IsRefusedWhereNobodyCouldUseIt) {
  const std::string long_text(251, 'x');
  for (const ExternalService& wrong : std::vector<ExternalService>{
           {.type = "", .host = "a.example"},
           {.type = "turn server", .host = "a.example"},
           {.type = "7up", .host = "a.example"},
           {.type = std::string(33, 'x'), .host = "a.example"},
           {.type = "turn", .host = ""},
           {.type = "turn", .host = "a b"},
           {.type = "turn", .host = "user@a.example"},
           {.type = "turn", .host = std::string(300, 'a')},
           {.type = "turn", .host = "a.example", .transport = "udp/tcp"},
           {.type = "turn", .host = "a.example", .name = "a\nb"},
           {.type = "turn", .host = "a.example", .username = "u"},
           {.type = "turn", .host = "a.example", .password = "p"},
           {.type = "turn", .host = "a.example", .username = "u", .password = "p", .secret = "s"},
           {.type = "turn", .host = "a.example", .username = "u", .password = "p", .lasts_s = 60},
           {.type = "turn", .host = "a.example", .username = "u\r", .password = "p"},
           {.type = "turn", .host = "a.example", .username = "u", .password = "\xff"},
           {.type = "turn", .host = "a.example", .username = long_text, .password = "p"},
           {.type = "turn", .host = "a.example", .secret = long_text},
           {.type = "turn", .host = "a.example", .secret = "s", .lasts_s = 59},
           {.type = "turn", .host = "a.example", .secret = "s", .lasts_s = 604801},
           {.type = "turn", .host = "a.example", .secret = "s", .expires_ms = 1},
           {.type = "stun", .host = "a.example", .expires_ms = 1},
           {.type = "stun", .host = "a.example", .restricted = true}}) {
    const auto parsed = parse_external_service(wrong);
    ASSERT_FALSE(parsed) << wrong.type << " " << wrong.host;
    EXPECT_EQ(parsed.error().kind, ErrorKind::bad_request);
    EXPECT_TRUE(parsed.error().text.ends_with('.')) << parsed.error().text;
  }
  const auto umlaut = parse_external_service({.type = "stun", .host = "Bücher.example"});
  ASSERT_TRUE(umlaut);
  EXPECT_EQ(umlaut->host, "xn--bcher-kva.example");
}

}  // namespace
}  // namespace teahouse::external_services_test
