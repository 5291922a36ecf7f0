// A tenant's hosts: how they are made, kept, taken by nobody else, and served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/temp_directory.h"
#include "tenant/host_table.h"
#include "tenant/names.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::hosts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TenantWorld;
using Names = std::vector<HostName>;

NewTenant wanted_tenant(std::string name, std::string domain, Names hosts = {}) {
  return {std::move(name), std::move(domain), std::move(hosts)};
}

const Names many = {{"chat.shop.example", HostKind::rooms}, {"Bücher.example", HostKind::rooms}};

TEST(HostKind, HasANameEach) {
  for (const HostKindName& each : host_kind_names()) {
    EXPECT_EQ(to_string(each.kind), each.name);
    EXPECT_EQ(find_host_kind(each.name), each.kind);
  }
  EXPECT_EQ(find_host_kind("room"), std::nullopt);
}

TEST(Hosts, AreThatOfTheAccountsAndOneOfEachOtherKind) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "Shop.example");
  EXPECT_EQ(shop->hosts, (Names{{"shop.example", HostKind::accounts},
                                {"rooms.shop.example", HostKind::rooms},
                                {"upload.shop.example", HostKind::upload},
                                {"pubsub.shop.example", HostKind::pubsub},
                                {"proxy.shop.example", HostKind::proxy},
                                {"calls.shop.example", HostKind::calls}}));
}

TEST(Hosts, MayBeAnyNumberAndAreKept) {
  TenantWorld world;
  const auto shop = world.try_tenant(wanted_tenant("shop", "shop.example", many));
  ASSERT_TRUE(shop);
  EXPECT_EQ((*shop)->domain(), "shop.example");
  EXPECT_EQ((*shop)->domain_of(HostKind::rooms), "chat.shop.example");
  EXPECT_EQ((*shop)->hosts.size(), 3U);
  world.make_tenant("forum", "a.example");  // sorts before
  Tenants again(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(again.load_all());
  EXPECT_EQ(again.find("shop")->domain(), "shop.example");
  EXPECT_THAT(again.find("shop")->hosts, ::testing::UnorderedElementsAreArray((*shop)->hosts));
  EXPECT_THAT(
      again.find("forum")->hosts,
      ElementsAre(HostName{"a.example", HostKind::accounts}, HostName{"rooms.a.example", HostKind::rooms},
                  HostName{"upload.a.example", HostKind::upload}, HostName{"pubsub.a.example", HostKind::pubsub},
                  HostName{"proxy.a.example", HostKind::proxy}, HostName{"calls.a.example", HostKind::calls}));
  for (const HostName& host : (*shop)->hosts) EXPECT_TRUE(again.serves(host.domain));
  EXPECT_FALSE(again.serves("rooms.shop.example"));
}

TEST(Hosts, AreTakenInEachSpellingWhateverTheyServe) {
  TenantWorld world;
  ASSERT_TRUE(world.try_tenant(wanted_tenant("shop", "shop.example", many)));
  for (const char* domain : {"shop.example", "SHOP.example", "chat.shop.example", "CHAT.Shop.example.",
                             "bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "XN--bcher-KVA.example"}) {
    for (const NewTenant& wanted :
         {wanted_tenant("other", domain), wanted_tenant("other", "other.example", {{domain, HostKind::rooms}})}) {
      const auto made = world.try_tenant(wanted);
      ASSERT_FALSE(made) << domain;
      EXPECT_EQ(made.error().kind, ErrorKind::conflict) << domain;
      EXPECT_THAT(made.error().text, HasSubstr("tenant 'shop'")) << domain;
    }
  }
  EXPECT_TRUE(world.try_tenant(wanted_tenant("free", "rooms.shop.example")));
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  const auto next = wanted_tenant("next", "bücher.example", {{"chat.shop.example", HostKind::rooms}});
  EXPECT_TRUE(world.try_tenant(next));
}

TEST(Hosts, AreRefusedWhereTheyCannotBeServed) {
  TenantWorld world;
  const Names twice = {{"a.example", HostKind::rooms}, {"A.example", HostKind::rooms}};
  const Names own = {{"Shop.example", HostKind::rooms}}, second = {{"a.example", HostKind::accounts}};
  Names crowd;
  for (size_t i = 0; i < tenant_hosts_max; ++i)
    crowd.push_back({"h" + std::to_string(i) + ".example", HostKind::rooms});
  for (const Names& hosts : {twice, own, second, crowd, Names{{"10.0.0.1", HostKind::rooms}},
                             Names{{std::string(250, 'a') + ".example", HostKind::rooms}}}) {
    const auto made = world.try_tenant(wanted_tenant("shop", "shop.example", hosts));
    ASSERT_FALSE(made) << hosts.front().domain;
    EXPECT_EQ(made.error().kind, ErrorKind::bad_request) << hosts.front().domain;
  }
  EXPECT_TRUE(world.tenants.list().empty());
}

// A kind of a later program is served by nobody here, and nobody gets its domain.
TEST(Hosts, OfAnUnknownKindStayTaken) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  ASSERT_TRUE(world.control->execute_now(
      {"INSERT INTO hosts(domain, tenant_id, kind) VALUES ('files.example', ?, 'files')", {to_value(shop->id)}}));
  Tenants again(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(again.load_all());
  EXPECT_EQ(again.find("shop")->hosts, shop->hosts);
  const auto made = world.try_tenant(again, wanted_tenant("other", "files.example"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::conflict);
}

TEST(Hosts, AreNeverWithoutThatOfTheAccounts) {
  TenantWorld world;
  world.make_tenant("shop", "shop.example");
  ASSERT_TRUE(world.control->execute_now({"DELETE FROM hosts WHERE kind = 'accounts'", {}}));
  Tenants again(*world.control, world.clock, world.keys, world.audit);
  const auto loaded = again.load_all();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().text, HasSubstr("'shop'"));
}

// As the tables were before hosts had kinds.
std::vector<store::Migration> first_migrations() {
  auto migrations = tenant_migrations();
  std::erase_if(migrations, [](const store::Migration& each) {
    return each.name == "tenant/hosts" || each.name == "tenant/whole";
  });
  return migrations;
}

TEST(Hosts, OfAFileFromBeforeKindsGetThem) {
  const testing::TempDirectory directory;
  const std::string path = directory.path() + "/control.db";
  {
    const auto before = store::open_sqlite(path);
    ASSERT_TRUE(before && (*before)->migrate(first_migrations()));
    int64_t id = 0;
    for (const std::string domain : {"shop.example", "rooms.forum.example", "bücher.example"}) {
      const std::string name = "t" + std::to_string(++id);
      for (const store::Statement& statement :
           {store::Statement{"INSERT INTO tenants(tenant_id, name, title, domain, site_id, plan, suspended, "
                             "suspend_reason, guests_allowed, registration_allowed, origins, theme, "
                             "occupant_id_secret, created_ms) VALUES (?, ?, ?, ?, ?, 'default', 1, 'unpaid', 1, 0, "
                             "'https://a.example' || char(10), '', 'secret', 7)",
                             {id, name, "The " + name, domain, "pk_" + name}},
            store::Statement{"INSERT INTO hosts(domain, tenant_id) VALUES (?, ?)", {domain, id}},
            store::Statement{"INSERT INTO hosts(domain, tenant_id) VALUES ('rooms.' || ?, ?)", {domain, id}}}) {
        ASSERT_TRUE((*before)->execute_now(statement));
      }
    }
  }
  const FakeClock clock;
  testing::QueueExecutor home;
  for (int start = 0; start < 2; ++start) {
    const auto control = store::open_sqlite(path);
    ASSERT_TRUE(control);
    const auto migrated = (*control)->migrate(tenant_migrations());
    ASSERT_TRUE(migrated) << migrated.error().text;
    Keys keys(**control, clock, std::string(32, 'k'));
    Audit audit(**control, clock);
    Tenants tenants(**control, clock, keys, audit);
    const auto loaded = tenants.load_all();
    ASSERT_TRUE(loaded) << loaded.error().text;
    ASSERT_EQ(loaded->size(), 3U);
    for (const TenantPtr& tenant : *loaded) {
      EXPECT_EQ(tenant->title, "The " + tenant->name);
      EXPECT_EQ(tenant->suspend_reason, "unpaid");
      EXPECT_TRUE(tenant->guests_allowed);
      EXPECT_THAT(tenant->origins, ElementsAre("https://a.example"));
      EXPECT_THAT(tenant->hosts, ElementsAre(HostName{tenant->domain(), HostKind::accounts},
                                             HostName{"rooms." + tenant->domain(), HostKind::rooms}));
    }
    EXPECT_EQ(tenants.find("t2")->domain(), "rooms.forum.example");
    EXPECT_FALSE(testing::run(home, tenants.create(home, wanted_tenant("new", "rooms.shop.example"), "operator")));
  }
}

TEST(HostTable, KeepsTheNextOwnersDomainsWhenARemovalIsToldAgain) {
  TenantWorld world;
  const TenantPtr before = world.make_tenant("shop", "shop.example");
  auto after = std::make_shared<Tenant>(*before);
  after->id = static_cast<TenantId>(raw(before->id) + 1);
  HostTable hosts;
  hosts.set(before);
  hosts.remove(*before);
  hosts.set(after);
  hosts.remove(*before);
  for (const char* domain : {"shop.example", "rooms.shop.example"}) {
    ASSERT_NE(hosts.find(domain), nullptr) << domain;
    EXPECT_EQ(hosts.find(domain)->tenant, after) << domain;
  }
}

TEST(HostTable, ServesTheHostsOfATenantUntilItIsRemoved) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  HostTable hosts;
  hosts.set(shop);
  hosts.set(forum);
  EXPECT_EQ(hosts.find("shop.example")->kind, HostKind::accounts);
  EXPECT_EQ(hosts.find("rooms.shop.example")->kind, HostKind::rooms);
  EXPECT_EQ(hosts.find_site(shop->site_id)->tenant, shop);
  EXPECT_EQ(hosts.find("nobody.example"), nullptr);
  hosts.remove(*shop);
  EXPECT_EQ(hosts.find("shop.example"), nullptr);
  EXPECT_EQ(hosts.find("rooms.shop.example"), nullptr);
  EXPECT_EQ(hosts.find_site(shop->site_id), nullptr);
  EXPECT_EQ(hosts.find("forum.example")->tenant, forum);
}

TEST(HostTable, ServesNoHostThatItsTenantHasNoMore) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  HostTable hosts;
  hosts.set(shop);
  hosts.set(forum);
  auto changed = std::make_shared<Tenant>(*shop);
  changed->hosts[1].domain = "chat.example";
  hosts.set(changed);
  EXPECT_EQ(hosts.find("rooms.shop.example"), nullptr);
  EXPECT_EQ(hosts.find("chat.example")->tenant, changed);
  EXPECT_EQ(hosts.find("shop.example")->tenant, changed);
  EXPECT_EQ(hosts.find_site(shop->site_id)->tenant, changed);
  EXPECT_EQ(hosts.find("rooms.forum.example")->tenant, forum);
}

TEST(HostTable, KeepsNothingOfTheSnapshotThatIsReplaced) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  HostTable hosts;
  auto first = std::make_shared<Tenant>(*shop);
  const std::weak_ptr<Tenant> kept = first;
  hosts.set(std::exchange(first, nullptr));
  EXPECT_FALSE(kept.expired());
  hosts.set(shop);
  EXPECT_TRUE(kept.expired());
  for (const HostName& name : shop->hosts) {
    ASSERT_NE(hosts.find(name.domain), nullptr) << name.domain;
    EXPECT_EQ(hosts.find(name.domain)->tenant, shop) << name.domain;
  }
  EXPECT_EQ(hosts.find_site(shop->site_id)->tenant, shop);
}

// A tenant of two rooms hosts, and another one.
class HostsThatChange : public ::testing::Test {
 protected:
  HostsThatChange() {
    EXPECT_TRUE(world_.try_tenant(wanted_tenant("shop", "shop.example", {{"rooms.shop.example", HostKind::rooms}})));
    world_.make_tenant("forum", "forum.example");
    world_.tenants.set_let_go([this](Executor&, TenantPtr tenant, std::string domain) {
      return let_go(this, std::move(tenant), std::move(domain));
    });
  }
  static Task<Result<void>> let_go(HostsThatChange* self, TenantPtr /*tenant*/, std::string domain) {
    self->let_go_.push_back(domain);
    EXPECT_TRUE(self->world_.tenants.serves(domain)) << "nobody else can have it yet";
    if (self->fails_) co_return Error{ErrorKind::storage_failing, "The disk takes nothing."};
    co_return Result<void>();
  }
  Result<TenantPtr> change(const std::string& name, Names hosts) {
    auto all = parse_hosts(name + ".example", hosts, true);
    if (!all) return all.error();
    return world_.wait(world_.tenants.change(world_.home, name, {}, std::move(*all)));
  }
  TenantWorld world_;
  std::vector<std::string> let_go_;
  bool fails_ = false;
};

TEST_F(HostsThatChange, AreServedAndKeptAndFreeForOthersWhenTheyGo) {
  const auto more = change("shop", {{"Talk.shop.example", HostKind::rooms}, {"rooms.shop.example", HostKind::rooms}});
  ASSERT_TRUE(more);
  EXPECT_EQ((*more)->hosts, (Names{{"shop.example", HostKind::accounts},
                                   {"talk.shop.example", HostKind::rooms},
                                   {"rooms.shop.example", HostKind::rooms}}));
  EXPECT_TRUE(let_go_.empty());
  Tenants then(*world_.control, world_.clock, world_.keys, world_.audit);
  ASSERT_TRUE(then.load_all());
  EXPECT_EQ(then.find("shop")->hosts, (*more)->hosts) << "in this order";
  EXPECT_EQ(change("forum", {{"talk.shop.example", HostKind::rooms}}).error().kind, ErrorKind::conflict);
  ASSERT_TRUE(change("shop", {{"talk.shop.example", HostKind::rooms}}));
  EXPECT_THAT(let_go_, ElementsAre("rooms.shop.example"));
  EXPECT_FALSE(world_.tenants.serves("rooms.shop.example"));
  ASSERT_TRUE(change("forum", {{"rooms.shop.example", HostKind::rooms}}));
  EXPECT_THAT(let_go_, ElementsAre("rooms.shop.example", "rooms.forum.example", "upload.forum.example",
                                   "pubsub.forum.example", "proxy.forum.example", "calls.forum.example"));
  Tenants again(*world_.control, world_.clock, world_.keys, world_.audit);
  ASSERT_TRUE(again.load_all());
  for (const Tenants* tenants : {&world_.tenants, &again}) {
    EXPECT_EQ(tenants->find("shop")->domain_of(HostKind::rooms), "talk.shop.example");
    EXPECT_EQ(tenants->find("forum")->domain_of(HostKind::rooms), "rooms.shop.example");
    EXPECT_FALSE(tenants->serves("rooms.forum.example"));
  }
  ASSERT_TRUE(change("shop", {}));
  EXPECT_EQ(world_.tenants.find("shop")->hosts.size(), 1U);
}

TEST_F(HostsThatChange, StayWhereTheyCannotBeLetGo) {
  fails_ = true;
  EXPECT_EQ(change("shop", {}).error().kind, ErrorKind::storage_failing);
  EXPECT_EQ(world_.tenants.find("shop")->hosts.size(), 2U);
  EXPECT_TRUE(world_.tenants.serves("rooms.shop.example"));
  EXPECT_EQ(change("forum", {{"rooms.shop.example", HostKind::rooms}}).error().kind, ErrorKind::conflict);
}

TEST_F(HostsThatChange, NeverChangeTheDomainOfTheAccounts) {
  for (const Names& hosts : {Names{}, Names{{"other.example", HostKind::accounts}},
                             Names{{"rooms.shop.example", HostKind::rooms}, {"shop.example", HostKind::accounts}}}) {
    const auto changed = world_.wait(world_.tenants.change(world_.home, "shop", {}, hosts));
    EXPECT_EQ(changed.error().kind, ErrorKind::bad_request);
  }
  EXPECT_EQ(world_.tenants.find("shop")->hosts.size(), 2U);
}

TEST(Hosts, AreReadAsTheApiHasThem) {
  EXPECT_EQ(*parse_host_list(R"([{"domain": "rooms.a.example", "kind": "rooms"}])"),
            (Names{{"rooms.a.example", HostKind::rooms}}));
  EXPECT_TRUE(parse_host_list("[]")->empty());
  EXPECT_THAT(parse_host_list(R"([{"domain": "a.example", "kind": "magic"}])").error().text,
              HasSubstr("accounts, rooms"));
  for (const char* wrong :
       {"", "{}", "7", "[7]", R"([{"domain": "a.example"}])", R"([{"kind": "rooms"}])",
        R"([{"domain": 7, "kind": "rooms"}])", R"([{"domain": "a.example", "kind": "rooms", "x": 1}])"}) {
    EXPECT_THAT(parse_host_list(wrong).error().text, HasSubstr("list of hosts")) << wrong;
  }
  const auto hosts =
      parse_hosts("Shop.example", {{"shop.example", HostKind::accounts}, {"a.example", HostKind::rooms}}, true);
  EXPECT_EQ(*hosts, (Names{{"shop.example", HostKind::accounts}, {"a.example", HostKind::rooms}}));
  EXPECT_THAT(
      parse_hosts("shop.example", {{"shop.example", HostKind::accounts}, {"shop.example", HostKind::accounts}}, true)
          .error()
          .text,
      HasSubstr("named twice"));
  EXPECT_EQ(parse_hosts("shop.example", {}, true)->size(), 1U);
}

}  // namespace
}  // namespace teahouse::hosts_test
