#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

std::optional<Plan> find_plan(const Tenants& tenants, std::string_view name) {
  for (Plan& plan : tenants.plans()) {
    if (plan.name == name) return std::move(plan);
  }
  return std::nullopt;
}

}  // namespace

Task<Outcome> list_plans(ApiContext& api, ApiCall /*call*/) {
  JsonArray rows;
  for (const Plan& plan : api.tenants.plans()) rows.push_back(to_json(plan));
  co_return make_page("plans", std::move(rows), {});
}

Task<Outcome> get_plan(ApiContext& api, ApiCall call) {
  const auto plan = find_plan(api.tenants, call.path("plan"));
  if (!plan) co_return Error{ErrorKind::item_not_found, "There is no plan '" + call.path("plan") + "'."};
  co_return make_answer(200, to_json(*plan));
}

// A limit that is not given stays; a new plan begins with the default limits.
Task<Outcome> put_plan(ApiContext& api, ApiCall call) {
  const auto known = find_plan(api.tenants, call.path("plan"));
  Plan plan = known.value_or(Plan{});
  plan.name = call.path("plan");
  for (const PlanLimitName& limit : plan_limit_names()) {
    if (const auto value = call.fields.number(limit.name)) plan.limits.*limit.member = *value;
  }
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto set = co_await api.tenants.set_plan(api.loop(), std::move(plan));
  if (!set) co_return set.error();
  co_await record(api, TenantId::server, call.by.name(), "plan.set", set->name);
  co_return make_answer(known ? 200 : 201, to_json(*set));
}

}  // namespace teahouse::api
