#include "tenant/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/names.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::tenants_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TenantWorld;

NewTenant named(std::string name, std::string domain) { return {std::move(name), std::move(domain)}; }

ErrorKind kind_of(const Result<TenantPtr>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

TEST(Tenants, AreMadeWithAllTheyNeedAndPublished) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "Shop.Example");
  EXPECT_EQ(shop->domain(), "shop.example");
  EXPECT_EQ(shop->domain_of(HostKind::rooms), "rooms.shop.example");
  EXPECT_EQ(shop->title, "shop");
  EXPECT_EQ(shop->plan.name, "default");
  EXPECT_THAT(shop->site_id, ::testing::StartsWith("pk_"));
  EXPECT_EQ(shop->site_id.size(), 23U);
  EXPECT_EQ(shop->occupant_id_secret.size(), 32U);
  EXPECT_EQ(shop->created_ms, world.clock.wall_ms());
  EXPECT_NE(shop->id, TenantId::server);
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  EXPECT_NE(forum->id, shop->id);
  EXPECT_NE(forum->site_id, shop->site_id);
  EXPECT_NE(forum->occupant_id_secret, shop->occupant_id_secret);
  EXPECT_NE(forum->meter, shop->meter);
  EXPECT_THAT(world.published, ElementsAre("+shop", "+forum"));
  EXPECT_EQ(world.tenants.find("shop"), shop);
  EXPECT_EQ(world.tenants.find(shop->id), shop);
  EXPECT_EQ(world.tenants.find("shop.example"), nullptr);
  EXPECT_THAT(world.tenants.list(), ElementsAre(forum, shop));
}

TEST(Tenants, RefuseNamesAndDomainsThatAreTaken) {
  TenantWorld world;
  world.make_tenant("shop", "shop.example");
  const auto try_one = [&](std::string name, std::string domain) {
    return world.try_tenant(named(std::move(name), std::move(domain)));
  };
  EXPECT_EQ(kind_of(try_one("shop", "other.example")), ErrorKind::conflict);
  EXPECT_EQ(kind_of(try_one("other", "SHOP.example")), ErrorKind::conflict);
  EXPECT_EQ(kind_of(try_one("other", "rooms.shop.example")), ErrorKind::conflict);  // somebody's rooms
  ASSERT_TRUE(try_one("deep", "rooms.forum.example"));
  const auto above = try_one("forum", "forum.example");  // whose rooms domain would be deep's domain
  EXPECT_EQ(kind_of(above), ErrorKind::conflict);
  EXPECT_THAT(above.error().text, HasSubstr("'deep'"));
  EXPECT_EQ(world.tenants.list().size(), 2U);
  EXPECT_THAT(world.published, ElementsAre("+shop", "+deep"));
}

// A domain that memory does not know of (another server on the same database) is still refused by the hosts table, and
// the tenant as a whole.
TEST(Tenants, AreKeptApartByTheDatabaseToo) {
  TenantWorld world;
  ASSERT_TRUE(
      world.control->execute_now({"INSERT INTO hosts(domain, tenant_id) VALUES ('rooms.shop.example', 99)", {}}));
  const auto made = world.try_tenant(named("shop", "shop.example"));
  EXPECT_EQ(kind_of(made), ErrorKind::conflict);
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
  const auto rows = world.control->execute_now({"SELECT COUNT(*) FROM tenants", {}});
  EXPECT_EQ(store::as_int(rows->rows[0][0]), 0);
  EXPECT_THAT(world.published, IsEmpty());
}

TEST(Tenants, RefuseWhatDoesNotParse) {
  TenantWorld world;
  NewTenant bad_origin = named("shop", "shop.example"), bad_plan = bad_origin;
  bad_origin.fields = {{"origins", std::vector<std::string>{"https://shop.example/path"}}};
  bad_plan.fields = {{"plan", "gold"}};
  for (const NewTenant& wanted :
       {named("Shop", "shop.example"), named("shop", "10.0.0.1"), named("", ""), bad_origin, bad_plan}) {
    EXPECT_EQ(kind_of(world.try_tenant(wanted)), ErrorKind::bad_request);
  }
  EXPECT_THAT(world.published, IsEmpty());
}

TEST(Tenants, ChangeOnlyWhatIsSetAndOnlyThemselves) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  TenantChange change = {{"title", "The Shop"},
                         {"origins", std::vector<std::string>{"https://Shop.example"}},
                         {"guests", true},
                         {"theme", "{\"color\":\"#0a7\"}"}};
  const TenantPtr changed = world.wait(world.tenants.change(world.home, "shop", change)).value();
  EXPECT_EQ(changed->title, "The Shop");
  EXPECT_THAT(changed->origins, ElementsAre("https://shop.example"));
  EXPECT_TRUE(changed->guests_allowed);
  EXPECT_FALSE(changed->registration_allowed);
  EXPECT_EQ(changed->meter, shop->meter);
  EXPECT_EQ(changed->id, shop->id);
  EXPECT_EQ(shop->title, "shop") << "a snapshot never changes";
  EXPECT_EQ(world.tenants.find("shop"), changed);
  EXPECT_EQ(world.tenants.find("forum"), forum);
  EXPECT_THAT(world.published, ElementsAre("+shop", "+forum", "+shop"));

  change["theme"] = "no json";
  EXPECT_EQ(kind_of(world.wait(world.tenants.change(world.home, "shop", change))), ErrorKind::bad_request);
  EXPECT_EQ(kind_of(world.wait(world.tenants.change(world.home, "nobody", {}))), ErrorKind::item_not_found);
  EXPECT_EQ(world.tenants.find("shop"), changed);
}

TEST(Tenants, AreLoadedAsTheyWereLeft) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "bücher.example");
  world.make_tenant("forum", "forum.example");
  const TenantChange change = {{"origins", std::vector<std::string>{"https://a.example", "*"}}, {"registration", true}};
  ASSERT_TRUE(world.wait(world.tenants.change(world.home, "shop", change)));
  ASSERT_TRUE(world.wait(world.tenants.suspend(world.home, "shop", "unpaid")));

  Tenants again(*world.control, world.clock, world.keys, world.audit);
  const auto loaded = again.load_all();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 2U);
  const TenantPtr same = again.find("shop");
  EXPECT_EQ(same->id, shop->id);
  EXPECT_EQ(same->domain(), "bücher.example");
  EXPECT_EQ(same->domain_of(HostKind::rooms), "rooms.bücher.example");
  EXPECT_EQ(same->site_id, shop->site_id);
  EXPECT_EQ(same->occupant_id_secret, shop->occupant_id_secret);
  EXPECT_THAT(same->origins, ElementsAre("https://a.example", "*"));
  EXPECT_TRUE(same->registration_allowed);
  EXPECT_TRUE(same->suspended);
  EXPECT_EQ(same->suspend_reason, "unpaid");
  EXPECT_EQ(same->created_ms, shop->created_ms);
  EXPECT_FALSE(again.find("forum")->suspended);
}

TEST(Tenants, AreSuspendedAndResumed) {
  TenantWorld world;
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  const auto suspended = world.wait(world.tenants.suspend(world.home, "shop", "unpaid"));
  EXPECT_TRUE((*suspended)->suspended);
  EXPECT_FALSE(world.tenants.find("forum")->suspended);
  const auto resumed = world.wait(world.tenants.resume(world.home, "shop"));
  EXPECT_FALSE((*resumed)->suspended);
  EXPECT_EQ((*resumed)->suspend_reason, "");
  EXPECT_THAT(world.published, ElementsAre("+shop", "+forum", "+shop", "+shop"));
}

// With its keys, and the line of the audit.
TEST(Tenants, AreThereWholeOrNotAtAll) {
  TenantWorld world;
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  const std::string of_forum = world.rows_of(forum->id);
  for (const char* table : {"audit", "signing_secrets", "api_keys", "hosts"}) {  // the last statements first
    const std::string away = std::string("ALTER TABLE ") + table + " RENAME TO away";
    const std::string back = std::string("ALTER TABLE away RENAME TO ") + table;
    ASSERT_TRUE(world.control->execute_now({away, {}}));
    EXPECT_FALSE(world.try_tenant(named("shop", "shop.example"))) << table;
    ASSERT_TRUE(world.control->execute_now({back, {}}));
    const auto rows = world.control->execute_now({"SELECT COUNT(*) FROM tenants", {}});
    EXPECT_EQ(store::as_int(rows->rows[0][0]), 1) << table;
    EXPECT_EQ(world.tenants.find("shop"), nullptr) << table;
    EXPECT_FALSE(world.tenants.serves("shop.example")) << table;
  }
  EXPECT_THAT(world.published, ElementsAre("+forum"));

  const auto made = world.wait(world.tenants.create(world.home, named("shop", "shop.example"), "operator"));
  ASSERT_TRUE(made);
  const TenantId shop = made->tenant->id;
  const std::string hosts = std::to_string(parse_hosts("shop.example", {})->size());
  EXPECT_EQ(world.rows_of(shop), "tenants:1 hosts:" + hosts + " api_keys:1 signing_secrets:1 audit:1 ");
  EXPECT_EQ(world.rows_of(forum->id), of_forum);
  const auto lines = world.wait(world.audit.list(world.home, shop, 10));
  EXPECT_EQ(lines->at(0).actor, "operator");
  EXPECT_EQ(lines->at(0).detail, "shop, shop.example");
  Keys after_restart(*world.control, world.clock, world.seal_key);
  ASSERT_TRUE(after_restart.load_all());
  for (Keys* keys : {&world.keys, &after_restart}) {
    EXPECT_EQ(keys->api.find(made->api_key), shop);
    EXPECT_THAT(keys->signing.list(shop), ElementsAre(made->signing_secret));
    EXPECT_EQ(keys->api.list(shop).at(0).label, "first key");
  }
  const int64_t first = world.keys.api.list(shop).at(0).id;
  ASSERT_TRUE(world.wait(world.keys.api.revoke(world.home, shop, first)));
  EXPECT_EQ(world.keys.api.find(made->api_key), std::nullopt);
}

// An older program made them in steps; those that a crash has cut off never came into being.
TEST(Tenants, OfAFileOfAnOlderProgramAreThereWholeOrNotAtAll) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr half = world.make_tenant("half", "half.example");
  for (const char* sql :
       {"UPDATE tenants SET state = 'being made' WHERE name = 'half'",
        "DELETE FROM signing_secrets WHERE tenant_id = 2", "DELETE FROM migrations WHERE name = 'tenant/whole'"}) {
    ASSERT_TRUE(world.control->execute_now({sql, {}})) << sql;
  }
  const std::string of_shop = world.rows_of(shop->id);
  ASSERT_TRUE(world.control->migrate(tenant_migrations()));
  EXPECT_EQ(world.rows_of(half->id), "none");
  EXPECT_EQ(world.rows_of(shop->id), of_shop);
  Tenants after_restart(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_EQ(after_restart.find("half"), nullptr);
  EXPECT_TRUE(world.try_tenant(after_restart, named("half", "half.example")));
}

TEST(Tenants, TakeTurns) {
  TenantWorld world;
  std::optional<Result<MadeTenant>> first, second;
  std::optional<Result<TenantPtr>> third;
  testing::start(world.tenants.create(world.home, named("shop", "shop.example"), "operator"), &first);
  testing::start(world.tenants.create(world.home, named("shop", "other.example"), "operator"), &second);
  testing::start(world.tenants.suspend(world.home, "shop", "at once"), &third);
  while (!third) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_EQ(second->error().kind, ErrorKind::conflict);
  EXPECT_TRUE(world.tenants.find("shop")->suspended);
}

}  // namespace
}  // namespace teahouse::tenants_test
