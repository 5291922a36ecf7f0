#include "tenant/tenant_fields.h"

#include <gtest/gtest.h>

#include <set>

#include "tenant/tenant_rows.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::tenant_fields_test {
namespace {

using testing::TenantWorld;
using Texts = std::vector<std::string>;

// A good value of each field that is not its default, for a tenant with this domain.
TenantChange all_changed(const std::string& domain) {
  return {{"title", "The Shop"},
          {"plan", "large"},
          {"theme", R"({"color":"#0a7"})"},
          {"origins", Texts{"https://a.example", "*"}},
          {"guests", true},
          {"registration", true},
          {"registration_question", R"({"question":"Which tea?","answers":["sencha"]})"},
          {"admins", Texts{"romeo@" + domain}},
          {"modules_off", Texts{"blocking", "muc"}},
          {"modules", R"({"muc":{"history_messages":5}})"},
          {"events", Texts{"message", "audit"}},
          {"contacts", Texts{"abuse=mailto:abuse@shop.example", "terms=https://shop.example/terms"}},
          {"federation", "listed"},
          {"federation_allowed", Texts{"jabber.example"}},
          {"federation_denied", Texts{"spam.example"}},
          {"device_days", int64_t{30}}};
}

// "t-modules-off"
std::string name_for(const TenantField& field) {
  std::string name = "t-" + std::string(field.name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

TEST(TenantFields, HaveNamesColumnsAndOptionsOfTheirOwn) {
  std::set<std::string_view> names, columns, options;
  for (const TenantField& field : tenant_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_TRUE(columns.insert(field.column).second) << field.name;
    EXPECT_TRUE(options.insert(field.option).second) << field.name;
    EXPECT_TRUE(field.option.starts_with("--")) << field.name;
    EXPECT_FALSE(field.help.empty()) << field.name;
    const size_t types[] = {0, 1, 2, 1, 1, 3};  // places in FieldValue
    EXPECT_EQ(field.get(Tenant()).index(), types[static_cast<size_t>(field.type)]) << field.name;
  }
}

// Set when a tenant is made or later, each field is kept, with the values of others.
TEST(TenantFields, AreKeptEach) {
  TenantWorld world;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, Plan{"large", {}})));
  const TenantChange all = all_changed("full.example");
  ASSERT_EQ(all.size(), tenant_fields().size()) << "a field is not tried here";
  const TenantPtr plain = world.make_tenant("plain", "plain.example");
  ASSERT_TRUE(world.try_tenant({.name = "full", .domain = "full.example", .fields = all}));
  for (const TenantField& field : tenant_fields()) {
    const std::string name = name_for(field);
    world.make_tenant(name, name + ".example");
    const TenantChange its = all_changed(name + ".example"), change = {*its.find(field.name)};
    ASSERT_TRUE(world.wait(world.tenants.change(world.home, name, change))) << field.name;
  }
  Tenants again(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(again.load_all());
  for (const Tenants* tenants : {&world.tenants, &again}) {
    for (const TenantField& field : tenant_fields()) {
      EXPECT_EQ(field.get(*tenants->find("full")), all.find(field.name)->second) << field.name;
      EXPECT_EQ(field.get(*tenants->find("plain")), field.get(*plain)) << field.name;
      EXPECT_NE(field.get(*plain), all.find(field.name)->second) << field.name;
      for (const TenantField& other : tenant_fields()) {
        const TenantPtr tenant = tenants->find(name_for(other));
        const TenantChange its = all_changed(tenant->domain());
        const bool is_set = other.name == field.name;
        if (!is_set && field.name == "title") continue;  // each has its own
        EXPECT_EQ(field.get(*tenant), is_set ? its.find(field.name)->second : field.get(*plain)) << field.name;
      }
    }
  }
}

TEST(TenantFields, RefuseWhatIsNoneOfTheirs) {
  Tenant tenant;
  tenant.name = "shop";
  for (const TenantChange& wrong : {TenantChange{{"colour", "red"}}, TenantChange{{"guests", "on"}},
                                    TenantChange{{"title", true}}, TenantChange{{"origins", "https://a.example"}},
                                    TenantChange{{"origins", Texts{"a"}}}, TenantChange{{"theme", "no json"}},
                                    TenantChange{{"modules_off", Texts{"a b"}}}, TenantChange{{"modules", "no json"}},
                                    TenantChange{{"title", "a\nb"}}, TenantChange{{"device_days", int64_t{366}}},
                                    TenantChange{{"device_days", int64_t{-1}}}, TenantChange{{"device_days", "30"}}}) {
    const auto applied = apply(tenant, wrong);
    ASSERT_FALSE(applied) << wrong.begin()->first;
    EXPECT_EQ(applied.error().kind, ErrorKind::bad_request) << wrong.begin()->first;
  }
  ASSERT_TRUE(apply(tenant, {{"title", "  "}}));
  EXPECT_EQ(tenant.title, "shop");
}

// A field that comes later is a row with a migration: tenants from before have its default.
TEST(TenantFields, ThatAreNewGetAColumn) {
  TenantWorld world;
  world.make_tenant("shop", "shop.example");
  for (TenantField field : tenant_fields()) {
    const std::string column = "new_" + std::string(field.column);
    field.column = column;
    field.migration = column;
    ASSERT_TRUE(world.control->migrate({tenant_rows::add_column(field)})) << field.name;
    const auto rows = world.control->execute_now({"SELECT " + column + " FROM tenants", {}});
    ASSERT_TRUE(rows) << field.name;
    EXPECT_FALSE(store::is_null(rows->rows[0][0]));
    const FieldValue standard = field.get(Tenant());
    const auto* const text = std::get_if<std::string>(&standard);
    EXPECT_EQ(store::as_int(rows->rows[0][0]), 0);
    EXPECT_EQ(store::as_text(rows->rows[0][0]), text ? *text : "") << field.name;
  }
}

}  // namespace
}  // namespace teahouse::tenant_fields_test
