#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

// The plan's whole name, as the path has it; a reseller's knows its own alone, by their short names.
std::string plan_of(const ApiCall& call) {
  return call.by.reseller ? whole_plan_name(call.by.reseller->name, call.path("plan")) : call.path("plan");
}

JsonObject show(const ApiCall& call, const Plan& plan) {
  JsonObject object = to_json(plan);
  if (call.by.reseller) object["name"] = to_json(short_plan_name(plan.name));
  return object;
}

std::optional<Plan> find_plan(const Tenants& tenants, std::string_view name) {
  for (Plan& plan : tenants.plans()) {
    if (plan.name == name) return std::move(plan);
  }
  return std::nullopt;
}

}  // namespace

// A reseller's own; the operator's, who may ask for a reseller's.
Task<Outcome> list_plans(ApiContext& api, ApiCall call) {
  const auto reseller = find_asked_reseller(api, call);
  if (!reseller) co_return reseller.error();
  JsonArray rows;
  for (const Plan& plan : api.tenants.resellers().plans_of(*reseller ? (*reseller)->name : "")) {
    rows.push_back(show(call, plan));
  }
  co_return make_page("plans", std::move(rows), {});
}

Task<Outcome> get_plan(ApiContext& api, ApiCall call) {
  const auto plan = find_plan(api.tenants, plan_of(call));
  if (!plan) co_return Error{ErrorKind::item_not_found, "There is no plan '" + call.path("plan") + "'."};
  co_return make_answer(200, show(call, *plan));
}

// A limit that is not given stays; a new plan begins with the default limits.
Task<Outcome> put_plan(ApiContext& api, ApiCall call) {
  const auto known = find_plan(api.tenants, plan_of(call));
  Plan plan = known.value_or(Plan{});
  plan.name = plan_of(call);
  for (const PlanLimitName& limit : plan_limit_names()) {
    if (const auto value = call.fields.number(limit.name)) plan.limits.*limit.member = *value;
  }
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto set = co_await api.tenants.set_plan(api.loop(), std::move(plan));
  if (!set) co_return set.error();
  co_await record(api, TenantId::server, call.by.name(), "plan.set", set->name);
  co_return make_answer(known ? 200 : 201, show(call, *set));
}

}  // namespace teahouse::api
