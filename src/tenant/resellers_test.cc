// Two resellers with two tenants each, and one tenant of the operator's.
#include "tenant/resellers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/email.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::resellers_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

class ResellersTest : public ::testing::Test {
 protected:
  ResellersTest() {
    for (const char* name : {"acme", "zeta"}) {
      keys_[name] = make(name, {.tenants = 2}).value().api_key;
      for (const char* part : {"one", "two"}) { EXPECT_TRUE(make_tenant(std::string(name) + "-" + part, name)); }
    }
    EXPECT_TRUE(make_tenant("house", ""));
    world_.published.clear();
  }

  Resellers& resellers() { return world_.tenants.resellers(); }
  Result<MadeReseller> make(const std::string& name, ResellerChange change) {
    return world_.wait(resellers().create(world_.home, name, std::move(change), "operator"));
  }
  Result<ResellerPtr> change(const std::string& name, ResellerChange change) {
    return world_.wait(resellers().change(world_.home, name, std::move(change), "operator"));
  }
  Result<TenantPtr> make_tenant(const std::string& name, const std::string& reseller, TenantChange fields = {}) {
    NewTenant wanted{name, name + ".example"};
    wanted.fields = std::move(fields);
    wanted.reseller = reseller;
    return world_.try_tenant(std::move(wanted));
  }
  Result<Plan> set_plan(const std::string& name, PlanLimits limits) {
    return world_.wait(world_.tenants.set_plan(world_.home, {name, limits}));
  }
  std::vector<std::string> suspended(const Tenants& tenants) {
    std::vector<std::string> names;
    for (const TenantPtr& tenant : tenants.list()) {
      if (tenant->suspended) names.push_back(tenant->name + ": " + tenant->suspend_reason);
    }
    return names;
  }
  std::vector<std::string> actions() {
    std::vector<std::string> all;
    const auto lines = world_.wait(world_.audit.list(world_.home, TenantId::server, 100));
    for (const AuditLine& line : lines.value()) { all.push_back(line.actor + " " + line.action + " " + line.detail); }
    return all;
  }

  testing::TenantWorld world_;
  std::map<std::string, std::string> keys_;
};

TEST_F(ResellersTest, HaveTenantsPlansAndKeysOfTheirOwn) {
  const auto acme = resellers().find("acme").value(), zeta = resellers().find("zeta").value();
  EXPECT_EQ(resellers().directory().tenants_of(acme->id).size(), 2u);
  EXPECT_EQ(resellers().directory().reseller_of(world_.tenants.find("zeta-one")->id), zeta);
  EXPECT_EQ(resellers().directory().reseller_of(world_.tenants.find("house")->id), nullptr);
  EXPECT_EQ(world_.tenants.find("acme-one")->plan.name, "acme.default");
  EXPECT_EQ(world_.tenants.find("house")->plan.name, "default");
  EXPECT_EQ(resellers().directory().find_by_key(keys_["acme"]), acme);
  EXPECT_EQ(resellers().directory().find_by_key(keys_["zeta"]), zeta);
  for (const std::string& wrong : {std::string(), std::string("rk_"), keys_["acme"] + "x", std::string(1 << 20, 'r')}) {
    EXPECT_EQ(resellers().directory().find_by_key(wrong), nullptr);
  }
  EXPECT_THAT(actions(), ElementsAre("operator reseller.create zeta", "operator reseller.create acme"));
}

TEST_F(ResellersTest, APlanIsForItsOwnersTenantsAlone) {
  ASSERT_TRUE(set_plan("acme.small", {}));
  ASSERT_TRUE(set_plan("small", {}));
  const auto wait_change = [&](const char* tenant, const char* plan) {
    return world_.wait(world_.tenants.change(world_.home, tenant, {{"plan", std::string(plan)}}));
  };
  EXPECT_TRUE(wait_change("acme-one", "acme.small"));
  EXPECT_TRUE(wait_change("house", "small"));
  for (const auto& [tenant, plan] : std::map<const char*, const char*>{
           {"zeta-one", "acme.small"}, {"zeta-two", "small"}, {"house", "acme.small"}, {"acme-two", "acme.none"}}) {
    EXPECT_EQ(kind_of(wait_change(tenant, plan)), ErrorKind::bad_request) << tenant << plan;
  }
  for (const char* wrong :
       {"none.small", "acme.", "acme.Small", "acme.a.b", ".small", "acme.'; DROP TABLE plans; --"}) {
    EXPECT_FALSE(set_plan(wrong, {})) << wrong;
  }
}

TEST_F(ResellersTest, SuspendingIsOfAllAndResumingOfThoseThatWereNotSuspendedOfThemselves) {
  ASSERT_TRUE(world_.wait(world_.tenants.suspend(world_.home, "acme-one", "not paid")));
  ASSERT_TRUE(world_.wait(resellers().suspend(world_.home, "acme", "gone", "operator")));
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-one: not paid", "acme-two: gone"));
  EXPECT_THAT(world_.published, ElementsAre("+acme-one", "+acme-two"));
  {
    Tenants after_restart(*world_.control, world_.clock, world_.keys, world_.audit);
    const auto loaded = after_restart.load_all();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(suspended(after_restart), suspended(world_.tenants));
    for (const TenantPtr& tenant : *loaded) EXPECT_EQ(tenant, after_restart.find(tenant->name));
    EXPECT_EQ(after_restart.resellers().directory().find_by_key(keys_["acme"])->suspend_reason, "gone");
  }
  // A change meanwhile does not write the reseller's suspension into the tenant's row.
  ASSERT_TRUE(world_.wait(world_.tenants.change(world_.home, "acme-two", {{"title", std::string("Two")}})));
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-one: not paid", "acme-two: gone"));
  ASSERT_TRUE(world_.wait(resellers().resume(world_.home, "acme", "operator")));
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-one: not paid"));
  ASSERT_TRUE(world_.wait(resellers().suspend(world_.home, "acme", "again", "operator")));
  ASSERT_TRUE(world_.wait(world_.tenants.resume(world_.home, "acme-one")));
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-one: again", "acme-two: again"));
  ASSERT_TRUE(world_.wait(resellers().resume(world_.home, "acme", "operator")));
  EXPECT_THAT(suspended(world_.tenants), ElementsAre());
}

TEST_F(ResellersTest, TheOperatorsSuspensionIsTheOperatorsToLift) {
  const auto suspend = [&](bool by_operator) {
    return world_.wait(world_.tenants.suspend(world_.home, "acme-one", by_operator ? "abuse" : "bill", by_operator));
  };
  const auto resume = [&](bool by_operator) {
    return world_.wait(world_.tenants.resume(world_.home, "acme-one", by_operator));
  };
  ASSERT_TRUE(suspend(false));
  EXPECT_TRUE(resume(false));
  ASSERT_TRUE(suspend(false));
  ASSERT_TRUE(suspend(true));
  EXPECT_EQ(kind_of(resume(false)), ErrorKind::forbidden);
  EXPECT_EQ(kind_of(suspend(false)), ErrorKind::forbidden);
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-one: abuse"));
  Tenants after_restart(*world_.control, world_.clock, world_.keys, world_.audit);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_EQ(kind_of(world_.wait(after_restart.resume(world_.home, "acme-one", false))), ErrorKind::forbidden);
  EXPECT_TRUE(resume(true));
}

TEST_F(ResellersTest, GiveAwayNoMoreThanTheyAreAllotted) {
  EXPECT_EQ(kind_of(make_tenant("acme-three", "acme")), ErrorKind::resource_constraint);
  ASSERT_TRUE(change("acme", {.tenants = 3, .limits = {{"accounts", 2000}, {"room_members", 500}}}));
  EXPECT_EQ(kind_of(make_tenant("acme-three", "acme")), ErrorKind::resource_constraint);  // 3,000 accounts
  ASSERT_TRUE(change("acme", {.oversell_percent = 150}));
  ASSERT_TRUE(make_tenant("acme-three", "acme"));
  PlanLimits larger;
  larger.accounts = 1001;
  const auto refused = set_plan("acme.default", larger);
  ASSERT_EQ(kind_of(refused), ErrorKind::resource_constraint);
  EXPECT_THAT(refused.error().text, HasSubstr("allotted 3000 of accounts"));
  larger.accounts = unlimited;
  EXPECT_EQ(kind_of(set_plan("acme.default", larger)), ErrorKind::resource_constraint);
  PlanLimits wider;
  wider.room_members = 501;  // of each, and no sum
  EXPECT_EQ(kind_of(set_plan("acme.default", wider)), ErrorKind::resource_constraint);
  EXPECT_TRUE(set_plan("zeta.default", larger));
  EXPECT_EQ(resellers().given(*resellers().find("acme").value()).limits.accounts, 3000);
  EXPECT_EQ(resellers().given(*resellers().find("zeta").value()).limits.accounts, unlimited);
}

TEST_F(ResellersTest, WhatIsOverASmallerAllotmentStaysAndCannotGrow) {
  ASSERT_TRUE(change("acme", {.tenants = 1, .limits = {{"accounts", 500}}}));
  EXPECT_TRUE(world_.wait(world_.tenants.change(world_.home, "acme-one", {{"title", std::string("One")}})));
  PlanLimits limits;
  limits.accounts = 900;
  EXPECT_TRUE(set_plan("acme.default", limits));
  limits.accounts = 901;
  EXPECT_EQ(kind_of(set_plan("acme.default", limits)), ErrorKind::resource_constraint);
  EXPECT_EQ(kind_of(make_tenant("acme-three", "acme")), ErrorKind::resource_constraint);
}

TEST_F(ResellersTest, ThePlanFromTheStartFitsAllItsTenants) {
  ASSERT_TRUE(make("small", {.tenants = 2, .oversell_percent = 200, .limits = {{"accounts", 10}, {"file_days", 7}}}));
  EXPECT_TRUE(make_tenant("small-one", "small"));
  EXPECT_TRUE(make_tenant("small-two", "small"));
  EXPECT_EQ(world_.tenants.find("small-two")->limits().accounts, 10);
  EXPECT_EQ(world_.tenants.find("small-two")->limits().file_days, 7);
}

TEST_F(ResellersTest, AreRemovedOnlyWhenEmpty) {
  const auto removed = world_.wait(resellers().remove(world_.home, "acme", "operator"));
  EXPECT_EQ(kind_of(removed), ErrorKind::conflict);
  EXPECT_EQ(removed.error().text, "The reseller 'acme' has 2 tenants. Remove them first, or move them to another.");
  for (const char* tenant : {"acme-one", "acme-two"}) {
    ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, tenant)));
  }
  ASSERT_TRUE(world_.wait(resellers().remove(world_.home, "acme", "operator")));
  EXPECT_EQ(resellers().directory().find_by_key(keys_["acme"]), nullptr);
  EXPECT_TRUE(resellers().plans_of("acme").empty());
  EXPECT_EQ(resellers().plans_of("zeta").size(), 1u);
  Tenants after_restart(*world_.control, world_.clock, world_.keys, world_.audit);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_FALSE(after_restart.resellers().find("acme"));
  EXPECT_TRUE(after_restart.resellers().plans_of("acme").empty());
  EXPECT_EQ(after_restart.resellers().directory().find_by_key(keys_["zeta"])->name, "zeta");
  const auto again = make("acme", {.tenants = 1});  // under the name of one that was: somebody else
  ASSERT_TRUE(again);
  EXPECT_EQ(raw(again->reseller->id), 3u);
  EXPECT_EQ(resellers().directory().find_by_key(keys_["acme"]), nullptr);
}

TEST_F(ResellersTest, TenantsMoveWithAPlanThatIsTheNewResellers) {
  const auto move = [&](const char* tenant, const char* reseller, const char* plan) {
    return world_.wait(resellers().move(world_.home, tenant, reseller, plan, "operator"));
  };
  EXPECT_EQ(kind_of(move("acme-one", "zeta", "")), ErrorKind::resource_constraint);
  EXPECT_EQ(kind_of(move("acme-one", "none", "")), ErrorKind::bad_request);
  EXPECT_EQ(kind_of(move("none", "zeta", "")), ErrorKind::item_not_found);
  ASSERT_TRUE(change("zeta", {.tenants = 3}));
  EXPECT_EQ(kind_of(move("acme-one", "zeta", "none")), ErrorKind::bad_request);
  ASSERT_TRUE(world_.wait(resellers().suspend(world_.home, "acme", "gone", "operator")));
  const auto moved = move("acme-one", "zeta", "");
  ASSERT_TRUE(moved);
  EXPECT_EQ((*moved)->plan.name, "zeta.default");
  EXPECT_THAT(suspended(world_.tenants), ElementsAre("acme-two: gone"));
  ASSERT_TRUE(move("acme-two", "", ""));
  EXPECT_EQ(world_.tenants.find("acme-two")->plan.name, "default");
  EXPECT_THAT(suspended(world_.tenants), ElementsAre());
  Tenants after_restart(*world_.control, world_.clock, world_.keys, world_.audit);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_EQ(after_restart.resellers().directory().reseller_of(world_.tenants.find("acme-one")->id)->name, "zeta");
  EXPECT_EQ(after_restart.resellers().directory().reseller_of(world_.tenants.find("acme-two")->id), nullptr);
  const auto lines = world_.wait(world_.audit.list(world_.home, (*moved)->id, 1));
  EXPECT_EQ(lines->at(0).detail, "to the reseller zeta");
}

TEST_F(ResellersTest, AreThereWholeOrNotAtAll) {
  for (const char* table : {"reseller_keys", "audit", "plan_limits", "resellers"}) {
    const std::string away = std::string("ALTER TABLE ") + table + " RENAME TO away";
    const std::string back = std::string("ALTER TABLE away RENAME TO ") + table;
    ASSERT_TRUE(world_.control->execute_now({away, {}}));
    EXPECT_FALSE(make("third", {.tenants = 1})) << table;
    ASSERT_TRUE(world_.control->execute_now({back, {}}));
    EXPECT_FALSE(resellers().find("third")) << table;
    Tenants after_restart(*world_.control, world_.clock, world_.keys, world_.audit);
    ASSERT_TRUE(after_restart.load_all());
    EXPECT_FALSE(after_restart.resellers().find("third")) << table;
    EXPECT_TRUE(after_restart.resellers().plans_of("third").empty()) << table;
  }
}

TEST_F(ResellersTest, KeysAreRevokedAndHaveALimit) {
  const auto made = world_.wait(resellers().make_key(world_.home, "acme", "billing", "operator"));
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->secret.starts_with("rk_"));
  EXPECT_EQ(kind_of(world_.wait(resellers().revoke_key(world_.home, "zeta", made->id, "operator"))),
            ErrorKind::item_not_found);
  EXPECT_NE(resellers().directory().find_by_key(made->secret), nullptr);
  ASSERT_TRUE(world_.wait(resellers().revoke_key(world_.home, "acme", made->id, "operator")));
  EXPECT_EQ(resellers().directory().find_by_key(made->secret), nullptr);
  for (int i = 1; i < 20; ++i) EXPECT_TRUE(world_.wait(resellers().make_key(world_.home, "acme", "", "operator")));
  EXPECT_EQ(kind_of(world_.wait(resellers().make_key(world_.home, "acme", "", "operator"))),
            ErrorKind::resource_constraint);
}

TEST_F(ResellersTest, RefuseWhatDoesNotParse) {
  const std::string huge(1 << 16, 'a');
  for (const std::string& name : {std::string(), huge, std::string("Acme"), std::string("a.b"), std::string("-a"),
                                  std::string("a'; DROP TABLE resellers; --"), std::string("acm\xC3\xA9")}) {
    EXPECT_EQ(kind_of(make(name, {.tenants = 1})), ErrorKind::bad_request) << name.substr(0, 40);
  }
  EXPECT_EQ(kind_of(make("acme", {.tenants = 1})), ErrorKind::conflict);
  using Texts = std::map<std::string_view, std::string>;
  for (const Texts& texts :
       {Texts{{"title", huge}}, Texts{{"title", "a\nb"}}, Texts{{"logo", "http://a.example/x.png"}},
        Texts{{"logo", "javascript:alert(1)"}}, Texts{{"logo", "https://a.example/\"onload="}}, Texts{{"theme", "[]"}},
        Texts{{"theme", huge}}, Texts{{"support", "nobody"}}, Texts{{"support", "a@b@"}},
        Texts{{"mail_sender", "a b@c.example"}}, Texts{{"mail_sender", "x@c.example\r\nBcc: all@d.example"}},
        Texts{{"panel_host", "10.0.0.1"}}, Texts{{"panel_host", huge}}}) {
    EXPECT_EQ(kind_of(change("acme", {.texts = texts})), ErrorKind::bad_request) << texts.begin()->second.substr(0, 40);
  }
  for (const ResellerChange& wrong :
       {ResellerChange{.tenants = -1}, ResellerChange{.tenants = 100'001}, ResellerChange{.oversell_percent = 99},
        ResellerChange{.oversell_percent = 1001}, ResellerChange{.limits = {{"accounts", -2}}},
        ResellerChange{.limits = {{"stanza_bytes", 1}}}}) {
    EXPECT_EQ(kind_of(change("acme", wrong)), ErrorKind::bad_request);
  }
  ASSERT_TRUE(change("acme", {.texts = {{"title", "Acme's; DROP TABLE resellers"},
                                        {"logo", "https://acme.example/logo.svg"},
                                        {"support", "help@Acme.example"},
                                        {"panel_host", "panel.acme.example"}}}));
  EXPECT_EQ(resellers().find("acme").value()->support, "help@acme.example");
  EXPECT_EQ(kind_of(change("zeta", {.texts = {{"panel_host", "Panel.acme.example"}}})), ErrorKind::conflict);
  EXPECT_EQ(kind_of(change("zeta", {.texts = {{"panel_host", "house.example"}}})), ErrorKind::conflict);
  EXPECT_EQ(kind_of(world_.try_tenant({"late", "panel.acme.example"})), ErrorKind::conflict);
}

TEST(Allotment, SumsDoNotOverflow) {
  PlanLimits most;
  for (const PlanLimitName& limit : plan_limit_names()) most.*limit.member = int64_t{1} << 53;
  Given given;
  for (int i = 0; i < 3000; ++i) given.add(most);
  EXPECT_GT(given.limits.accounts, 0);
  Reseller reseller;
  reseller.tenants = 5000;
  reseller.oversell_percent = oversell_percent_max;
  reseller.allotted = most;
  EXPECT_FALSE(check_allotment(reseller, Given(), given));
}

TEST(Email, IsAnAddressOfOneMailbox) {
  EXPECT_EQ(parse_email("It", "Ann+x@Shop.example").value(), "Ann+x@shop.example");
  EXPECT_EQ(parse_email("It",
                        "\xC3\xA9va@b\xC3\xBC"
                        "cher.example")
                .value(),
            "\xC3\xA9va@b\xC3\xBC"
            "cher.example");
  for (const char* wrong : {"", "@", "a@", "@b.example", "a b@c.example", "a..b@c.example", ".a@c.example",
                            "a@b@c.example", "a,b@c.example", "<a@c.example>", "a@c.example\n", "\xff@c.example"}) {
    EXPECT_FALSE(parse_email("It", wrong)) << wrong;
  }
  EXPECT_FALSE(parse_email("It", std::string(300, 'a') + "@c.example"));
}

}  // namespace
}  // namespace teahouse::resellers_test
