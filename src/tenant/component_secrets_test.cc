#include "tenant/component_secrets.h"

#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::component_secrets_test {
namespace {

struct ComponentSecretsTest : ::testing::Test, testing::TenantWorld {
  MadeKey rotate(const TenantPtr& tenant, const std::string& domain) {
    return wait(secrets.rotate(home, tenant->id, domain)).value();
  }
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");
  ComponentSecrets& secrets = keys.components;
};

TEST_F(ComponentSecretsTest, EachHostHasItsOwnAndTheNewestAlone) {
  const MadeKey first = rotate(shop, "irc.shop.example"), second = rotate(shop, "irc.shop.example");
  const MadeKey of_forum = rotate(forum, "irc.forum.example");
  EXPECT_TRUE(first.secret.starts_with("cs_") && first.secret.size() > 32);
  EXPECT_TRUE(first.secret != second.secret && first.id != second.id);
  ComponentSecrets later(*control, clock, seal_key);  // after a restart
  ASSERT_TRUE(later.load_all());
  for (const ComponentSecrets* all : {&secrets, &later}) {
    EXPECT_EQ(all->find(shop->id, "irc.shop.example")->secret, second.secret);
    EXPECT_EQ(all->find(shop->id, "irc.shop.example")->id, second.id);
    EXPECT_EQ(all->find(forum->id, "irc.forum.example")->secret, of_forum.secret);
    EXPECT_FALSE(all->find(forum->id, "irc.shop.example"));
    EXPECT_FALSE(all->find(shop->id, "other.shop.example"));
  }
  ASSERT_TRUE(wait(secrets.remove(home, shop->id, "irc.shop.example")));
  EXPECT_FALSE(secrets.find(shop->id, "irc.shop.example"));
  EXPECT_TRUE(secrets.find(forum->id, "irc.forum.example"));
}

TEST_F(ComponentSecretsTest, AreSealedWhereTheyAre) {
  const MadeKey made = rotate(shop, "irc.shop.example");
  const auto rows = control->execute_now({"SELECT sealed FROM component_secrets", {}});
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(store::as_text(rows->rows[0][0]).find(made.secret.substr(3)), std::string::npos);
  EXPECT_FALSE(ComponentSecrets(*control, clock, std::string(32, 'x')).load_all());
  ASSERT_TRUE(control->execute_now({"UPDATE component_secrets SET domain = 'sms.shop.example'", {}}));
  EXPECT_FALSE(ComponentSecrets(*control, clock, seal_key).load_all());  // a thief's copy into another host's row
}

TEST_F(ComponentSecretsTest, GoWithTheirHost) {
  const Tenants::HostEdit add = [](const Tenant& tenant) -> Result<std::vector<HostName>> {
    std::vector<HostName> hosts = tenant.hosts;
    hosts.push_back({"irc." + tenant.domain(), HostKind::component});
    return hosts;
  };
  for (const char* name : {"shop", "forum"}) ASSERT_TRUE(wait(tenants.edit_hosts(home, name, add)));
  rotate(shop, "irc.shop.example");
  rotate(forum, "irc.forum.example");
  ASSERT_TRUE(wait(tenants.change(home, "shop", {}, shop->hosts)));
  EXPECT_FALSE(secrets.find(shop->id, "irc.shop.example"));
  EXPECT_TRUE(secrets.find(forum->id, "irc.forum.example"));
  EXPECT_EQ(control->execute_now({"SELECT tenant_id FROM component_secrets", {}})->rows.size(), 1U);
}

TEST_F(ComponentSecretsTest, GoWithTheirTenant) {
  rotate(shop, "irc.shop.example");
  rotate(forum, "irc.forum.example");
  ASSERT_TRUE(wait(tenants.remove(home, "shop")));
  EXPECT_FALSE(secrets.find(shop->id, "irc.shop.example"));
  EXPECT_EQ(control->execute_now({"SELECT tenant_id FROM component_secrets", {}})->rows.size(), 1U);
  EXPECT_EQ(wait(secrets.rotate(home, shop->id, "irc.shop.example")).error().kind, ErrorKind::item_not_found);
}

}  // namespace
}  // namespace teahouse::component_secrets_test
