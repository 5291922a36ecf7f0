#include "tenant/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"
#include "tenant/usage.h"

namespace teahouse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TenantWorld;

NewTenant named(std::string name, std::string domain) {
  NewTenant wanted;
  wanted.name = std::move(name);
  wanted.domain = std::move(domain);
  return wanted;
}

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
  EXPECT_NE(shop->id, TenantId::house);
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
    return world.wait(world.tenants.create(world.home, named(std::move(name), std::move(domain))));
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

// What memory does not know of (another server on the same database) the hosts table still refuses, as a whole.
TEST(Tenants, AreKeptApartByTheDatabaseToo) {
  TenantWorld world;
  ASSERT_TRUE(
      world.control->execute_now({"INSERT INTO hosts(domain, tenant_id) VALUES ('rooms.shop.example', 99)", {}}));
  const auto made = world.wait(world.tenants.create(world.home, named("shop", "shop.example")));
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
    EXPECT_EQ(kind_of(world.wait(world.tenants.create(world.home, wanted))), ErrorKind::bad_request);
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

  Tenants again(*world.control, world.clock);
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

TEST(Tenants, LeaveNoRowAndGiveTheirIdToNobody) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  for (const TenantPtr& tenant : {shop, forum}) {
    ASSERT_TRUE(world.wait(world.keys.make_api_key(world.home, tenant->id, "first")));
    ASSERT_TRUE(world.wait(world.keys.rotate_signing_secret(world.home, tenant->id)));
    ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, tenant->id, "operator", "tenant.create", ""})));
  }
  const std::string before = world.rows_of(forum->id);
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  world.keys.forget(shop->id);
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_EQ(world.rows_of(forum->id), before);
  world.tables_with_tenants = 0;
  world.rows_of(shop->id);
  EXPECT_EQ(world.tables_with_tenants, static_cast<int>(tenant_tables().size()))
      << "a table is missing in tenant_tables()";
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
  EXPECT_EQ(world.tenants.find(shop->id), nullptr);
  EXPECT_EQ(world.published.back(), "-shop");

  const TenantPtr next = world.make_tenant("shop", "shop.example");
  EXPECT_NE(next->id, shop->id);
  EXPECT_NE(next->site_id, shop->site_id);
  EXPECT_EQ(kind_of(world.wait(world.tenants.remove(world.home, "nobody"))), ErrorKind::item_not_found);
}

TEST(Tenants, TakeNoRowsOnceTheyAreGone) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_FALSE(world.wait(world.keys.make_api_key(world.home, shop->id, "late")));
  EXPECT_FALSE(world.wait(world.keys.rotate_signing_secret(world.home, shop->id)));
  EXPECT_FALSE(world.wait(world.audit.record(world.home, {0, 0, shop->id, "operator", "late", ""})));
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_TRUE(world.wait(world.keys.make_api_key(world.home, forum->id, "fine")));
}

Task<Result<void>> fail_to_wipe(bool* works) {
  if (*works) co_return Result<void>();
  co_return Error{ErrorKind::internal_server_error, "the disk is full"};
}

// A removal that was cut off is not undone by anybody, and nobody has the name before it has ended.
TEST(Tenants, ThatAreBeingRemovedAreNeitherChangedNorReplaced) {
  TenantWorld world;
  bool works = false;
  world.tenants.set_wipe([&works](Executor&, TenantPtr) { return fail_to_wipe(&works); });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  ASSERT_FALSE(world.wait(world.tenants.remove(world.home, "shop")));
  Tenants after_restart(*world.control, world.clock);
  std::vector<std::string> published;
  after_restart.set_publish([&published](Executor&, TenantPtr tenant, bool removed) -> Task<void> {
    published.push_back((removed ? "-" : "+") + tenant->name);
    co_return;
  });
  ASSERT_TRUE(after_restart.load_all());
  for (Tenants* tenants : {&world.tenants, &after_restart}) {
    EXPECT_TRUE(tenants->find("shop")->being_removed);
    EXPECT_FALSE(tenants->find("forum")->being_removed);
    EXPECT_EQ(kind_of(world.wait(tenants->resume(world.home, "shop"))), ErrorKind::conflict);
    EXPECT_EQ(kind_of(world.wait(tenants->suspend(world.home, "shop", "why"))), ErrorKind::conflict);
    EXPECT_EQ(kind_of(world.wait(tenants->change(world.home, "shop", {{"title", "Shop"}}))), ErrorKind::conflict);
    for (const auto& [name, domain] : {std::pair{"shop", "other.example"}, std::pair{"other", "shop.example"},
                                       std::pair{"other", "rooms.shop.example"}}) {
      NewTenant wanted;
      wanted.name = name;
      wanted.domain = domain;
      EXPECT_EQ(kind_of(world.wait(tenants->create(world.home, wanted))), ErrorKind::service_unavailable) << domain;
    }
    ASSERT_TRUE(world.wait(tenants->set_plan(world.home, tenants->find("shop")->plan)));
    EXPECT_TRUE(world.wait(tenants->resume(world.home, "forum")));
  }
  EXPECT_EQ(published, (std::vector<std::string>{"+forum", "+forum"}))
      << "no loop is told of one that is being removed";
  ASSERT_TRUE(world.wait(after_restart.remove(world.home, "shop")));
  EXPECT_EQ(after_restart.find("shop"), nullptr);
  NewTenant again;
  again.name = "shop";
  again.domain = "shop.example";
  EXPECT_TRUE(world.wait(after_restart.create(world.home, again)));
}

TEST(Tenants, WaitForNoRemovalOfOthers) {
  TenantWorld world;
  std::function<void(Result<void>)> wiped;
  world.tenants.set_wipe([&](Executor& home, TenantPtr) -> Task<Result<void>> {
    Async<Result<void>> wiping(home, [&wiped](Async<Result<void>>::Done done) { wiped = std::move(done); });
    co_return co_await wiping;
  });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  std::optional<Result<TenantPtr>> first, second;
  testing::start(world.tenants.remove(world.home, "shop"), &first);
  while (!wiped) world.home.run_one();
  testing::start(world.tenants.remove(world.home, "shop"), &second);
  EXPECT_TRUE(world.wait(world.tenants.suspend(world.home, "forum", "at once")));
  EXPECT_EQ(kind_of(world.wait(world.tenants.resume(world.home, "shop"))), ErrorKind::conflict);
  wiped({});
  while (!second) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_EQ(kind_of(*second), ErrorKind::item_not_found);
  EXPECT_NE(world.tenants.find("forum"), nullptr);
}

// A removal that has to wait for another one's end is noted and felt before that.
TEST(Tenants, AreGoneForTheirUsersWhileAnotherIsBeingRemoved) {
  TenantWorld world;
  std::function<void(Result<void>)> wiped;
  std::vector<std::string> gone;
  world.tenants.set_wipe([&](Executor& home, TenantPtr) -> Task<Result<void>> {
    Async<Result<void>> wiping(home, [&wiped](Async<Result<void>>::Done done) { wiped = std::move(done); });
    co_return co_await wiping;
  });
  for (const char* name : {"shop", "forum", "club"}) world.make_tenant(name, std::string(name) + ".example");
  world.tenants.set_publish([&gone](Executor&, TenantPtr tenant, bool removed) -> Task<void> {
    if (removed) gone.push_back(tenant->name);
    co_return;
  });
  std::optional<Result<TenantPtr>> first, second;
  testing::start(world.tenants.remove(world.home, "shop"), &first);
  while (!wiped) world.home.run_one();
  testing::start(world.tenants.remove(world.home, "forum"), &second);
  while (gone.size() < 2) world.home.run_one();
  EXPECT_EQ(gone, (std::vector<std::string>{"shop", "forum"}));
  Tenants after_a_crash(*world.control, world.clock);
  ASSERT_TRUE(after_a_crash.load_all());
  EXPECT_TRUE(after_a_crash.find("forum")->being_removed);
  EXPECT_FALSE(after_a_crash.find("club")->being_removed);
  std::exchange(wiped, nullptr)({});
  while (!wiped) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_FALSE(second);
  wiped({});
  while (!second) world.home.run_one();
  EXPECT_TRUE(*second);
  EXPECT_NE(world.tenants.find("club"), nullptr);
}

Task<Result<void>> make_keys(TenantWorld* world, TenantId tenant, std::function<void()> between, bool fail) {
  const auto key = co_await world->keys.make_api_key(world->home, tenant, "first");
  if (!key) co_return key.error();
  between();
  if (fail) co_return Error{ErrorKind::internal_server_error, "the disk is full"};
  const auto secret = co_await world->keys.rotate_signing_secret(world->home, tenant);
  co_return secret ? Result<void>() : Result<void>(secret.error());
}

TEST(Tenants, AreThereWholeOrNotAtAll) {
  TenantWorld world;
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  NewTenant wanted;
  wanted.name = "shop";
  wanted.domain = "shop.example";
  bool fail = true;
  TenantId half = TenantId::house;
  // What a start would find if the server were killed now.
  const auto killed_here = [&] {
    EXPECT_EQ(world.tenants.find("shop"), nullptr);
    Tenants after_restart(*world.control, world.clock);
    if (fail) return;
    ASSERT_TRUE(after_restart.load_all());
    EXPECT_EQ(after_restart.find("shop"), nullptr);
    EXPECT_EQ(after_restart.find("forum")->id, forum->id);
    EXPECT_EQ(world.rows_of(half), "none");
  };
  const Tenants::Equip equip = [&](Executor&, TenantId tenant) {
    half = tenant;
    return make_keys(&world, tenant, killed_here, fail);
  };
  EXPECT_FALSE(world.wait(world.tenants.create(world.home, wanted, equip)));
  EXPECT_EQ(world.rows_of(half), "none");
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
  fail = false;
  EXPECT_FALSE(world.wait(world.tenants.create(world.home, wanted, equip))) << "its rows went under it";
  const auto made = world.wait(world.tenants.create(world.home, wanted, [&](Executor&, TenantId tenant) {
    return make_keys(
        &world, tenant, [] {}, false);
  }));
  ASSERT_TRUE(made);
  EXPECT_NE((*made)->id, half);
  Tenants after_restart(*world.control, world.clock);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_EQ(after_restart.find("shop")->id, (*made)->id);
  EXPECT_NE(world.rows_of((*made)->id).find("signing_secrets:1"), std::string::npos);
}

TEST(Tenants, StaySuspendedWhenTheirDataCannotBeRemoved) {
  TenantWorld world;
  bool works = false;
  world.tenants.set_wipe([&works](Executor&, TenantPtr) { return fail_to_wipe(&works); });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  EXPECT_FALSE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_TRUE(world.tenants.find("shop")->suspended);
  Tenants after_restart(*world.control, world.clock);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_TRUE(after_restart.find("shop")->suspended);
  EXPECT_FALSE(after_restart.find("forum")->suspended);
  works = true;
  EXPECT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
}

TEST(Tenants, TakeTurns) {
  TenantWorld world;
  std::optional<Result<TenantPtr>> first, second, third;
  testing::start(world.tenants.create(world.home, named("shop", "shop.example")), &first);
  testing::start(world.tenants.create(world.home, named("shop", "other.example")), &second);
  testing::start(world.tenants.suspend(world.home, "shop", "at once"), &third);
  while (!third) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_EQ(kind_of(*second), ErrorKind::conflict);
  EXPECT_TRUE(world.tenants.find("shop")->suspended);
}

TEST(Plans, AreStoredAndFollowedAtOnce) {
  TenantWorld world;
  Plan free;
  free.name = "free";
  free.limits.accounts = 10;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, free)));
  const TenantPtr shop = world.make_tenant("shop", "shop.example", "free");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  EXPECT_EQ(shop->limits().accounts, 10);
  EXPECT_EQ(forum->limits().accounts, 1000);
  world.published.clear();
  free.limits.accounts = 20;
  free.limits.archive_days = unlimited;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, free)));
  EXPECT_THAT(world.published, ElementsAre("+shop"));
  EXPECT_EQ(world.tenants.find("shop")->limits().accounts, 20);
  EXPECT_EQ(world.tenants.find("forum"), forum);

  Tenants again(*world.control, world.clock);
  ASSERT_TRUE(again.load_all());
  EXPECT_EQ(again.find("shop")->limits().accounts, 20);
  EXPECT_EQ(again.find("shop")->limits().archive_days, unlimited);
  const auto plans = again.plans();
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_EQ(plans[0].name, "default");
  EXPECT_EQ(plans[1].name, "free");
}

TEST(Plans, RefuseWhatIsNoLimit) {
  TenantWorld world;
  const auto try_plan = [&](std::string name, int64_t accounts, int64_t stanza_bytes) {
    Plan plan;
    plan.name = std::move(name);
    plan.limits.accounts = accounts;
    plan.limits.stanza_bytes = stanza_bytes;
    return world.wait(world.tenants.set_plan(world.home, plan)).has_value();
  };
  EXPECT_TRUE(try_plan("a", 0, 10'000));
  EXPECT_TRUE(try_plan("a", unlimited, unlimited));
  EXPECT_FALSE(try_plan("A", 1, 10'000));
  EXPECT_FALSE(try_plan("", 1, 10'000));
  EXPECT_FALSE(try_plan(std::string(33, 'a'), 1, 10'000));
  EXPECT_FALSE(try_plan("a", -2, 10'000));
  EXPECT_FALSE(try_plan("a", 1, 9999));
  EXPECT_FALSE(try_plan("a", INT64_MAX, 10'000));
}

TEST(Usage, HasALineForEachLimit) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  shop->meter->accounts = 3;
  const auto lines = usage(*shop);
  ASSERT_EQ(lines.size(), plan_limit_names().size());
  EXPECT_EQ(lines[0].name, "accounts");
  EXPECT_EQ(lines[0].used, 3);
  EXPECT_EQ(lines[0].limit, 1000);
  EXPECT_EQ(lines[2].name, "sessions_per_account");
  EXPECT_EQ(lines[2].used, std::nullopt);
  EXPECT_EQ(usage(*forum)[0].used, 0);
}

TEST(Audit, IsOfOneTenantAndNewestFirst) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, shop->id, "operator", "tenant.create", "a"})));
  world.clock.advance_ms(5);
  ASSERT_TRUE(
      world.wait(world.audit.record(world.home, {0, 0, shop->id, "key:abcd", "user.put", std::string(2000, 'x')})));
  ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, TenantId::house, "operator", "plan.set", ""})));
  const auto lines = world.wait(world.audit.list(world.home, shop->id, 10));
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0].actor, "key:abcd");
  EXPECT_EQ((*lines)[0].detail.size(), 1000U);
  EXPECT_EQ((*lines)[0].at_ms, world.clock.wall_ms());
  EXPECT_EQ((*lines)[1].action, "tenant.create");
  EXPECT_EQ(world.wait(world.audit.list(world.home, shop->id, 1))->size(), 1U);
  EXPECT_EQ(world.wait(world.audit.list(world.home, forum->id, 10))->size(), 0U);
  EXPECT_EQ(world.wait(world.audit.list(world.home, TenantId::house, 10))->size(), 1U);
}

}  // namespace
}  // namespace teahouse
