#include <boost/json/parse.hpp>

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

// {"accounts": "warn"}: what is not named stays.
Result<void> read_over_use(const std::string& text, Plan::Sold& sold) {
  boost::json::error_code failed;
  const boost::json::value read = boost::json::parse(text, failed);
  if (failed || !read.is_object()) {
    return Error{ErrorKind::bad_request, R"(The field 'over_use' must be an object, as {"accounts": "warn"}.)"};
  }
  for (const auto& [name, value] : read.get_object()) {
    const std::string shown = std::string(std::string_view(name)).substr(0, 64);
    const auto place = find_plan_limit(std::string_view(name));
    if (!place || !plan_limit_names()[*place].is_counted) {
      std::string known;
      for (const PlanLimitName& each : plan_limit_names()) {
        if (each.is_counted) known.append(known.empty() ? "" : ", ").append(each.name);
      }
      return Error{ErrorKind::bad_request,
                   "The limit '" + shown + "' can't be passed; 'over_use' may name: " + known + "."};
    }
    const auto policy = value.is_string() ? find_over_use(std::string_view(value.get_string())) : std::nullopt;
    if (!policy) {
      return Error{ErrorKind::bad_request,
                   "In the field 'over_use', " + shown + " must be \"refuse\", \"warn\" or \"allow\"."};
    }
    sold.over_use[*place] = *policy;
  }
  return {};
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

// A limit or policy that is not given stays; a new plan begins with the default limits, which refuse.
Task<Outcome> put_plan(ApiContext& api, ApiCall call) {
  const auto known = find_plan(api.tenants, plan_of(call));
  Plan::Sold sold;
  if (known) sold = known->sold ? *known->sold : Plan::Sold{known->limits};
  for (const PlanLimitName& limit : plan_limit_names()) {
    if (const auto value = call.fields.number(limit.name)) sold.limits.*limit.member = *value;
  }
  const auto over_use = call.fields.object("over_use");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (over_use) {
    if (const auto good = read_over_use(*over_use, sold); !good) co_return good.error();
  }
  Plan plan = make_plan(plan_of(call), sold);
  const auto set = co_await api.tenants.set_plan(api.loop(), std::move(plan));
  if (!set) co_return set.error();
  co_await record(api, TenantId::server, call.by.name(), "plan.set", set->name);
  co_return make_answer(known ? 200 : 201, show(call, *set));
}

}  // namespace teahouse::api
