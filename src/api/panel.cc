// Calls that the panel needs beside those that everybody has: whose panel it is, what is still to be done at a site,
// and the operator's way into a tenant.
#include "tenant/first_steps.h"

#include <boost/json/parse.hpp>

#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

// The reseller whose panel is at this host; null: the operator's.
ResellerPtr find_by_host(const ApiContext& api, const std::string& host) {
  for (const ResellerPtr& reseller : api.tenants.resellers().directory().list()) {
    if (!reseller->panel_host.empty() && reseller->panel_host == host) return reseller;
  }
  return nullptr;
}

JsonObject make_step(std::string_view name, bool is_done) { return {{"step", to_json(name)}, {"done", is_done}}; }

Answer show_steps(const ApiContext& api, const Tenant& tenant) {
  JsonArray steps;
  steps.push_back(make_step("origins", !tenant.origins.empty()));
  steps.push_back(make_step("widget", api.steps.has(tenant.id, FirstStep::widget)));
  steps.push_back(make_step("message", api.steps.has(tenant.id, FirstStep::message)));
  JsonObject object;
  object["steps"] = std::move(steps);
  return make_answer(200, object);
}

}  // namespace

Task<Outcome> get_panel(ApiContext& api, ApiCall call) {
  JsonObject object = {{"first", !api.persons.has_operator()}, {"origin", api.http_origin}};
  if (const ResellerPtr reseller = find_by_host(api, call.request.host)) {
    object["name"] = reseller->title.empty() ? reseller->name : reseller->title;
    if (!reseller->support.empty()) object["support"] = reseller->support;
    boost::json::error_code failed;
    auto theme = boost::json::parse(reseller->theme.empty() ? "{}" : reseller->theme, failed);
    if (!failed) object["theme"] = std::move(theme);
  }
  co_return make_answer(200, object);
}

Task<Outcome> open_tenant(ApiContext& api, ApiCall call) {
  if (!call.by.person) {
    co_return Error{ErrorKind::forbidden,
                    "Only a person who has signed in opens a tenant as its owner: the audit says who it was. With the "
                    "operator's key, make a key of the tenant."};
  }
  co_await record(api, call.tenant->id, call.by.name(), "tenant.open", "as its owner, for an hour");
  api.persons.open_tenant(call.by.session, call.tenant->id);
  co_return make_no_content();
}

// A step that was done once stays done, but for the origins, which may be taken away again.
Task<Outcome> get_steps(ApiContext& api, ApiCall call) {
  const Meter& meter = *call.tenant->meter;
  if (meter.messages > 0 || meter.archive_bytes > 0) {
    co_await FirstSteps::mark(api.steps, api.loop(), call.tenant->id, FirstStep::message);
  }
  co_return show_steps(api, *call.tenant);
}

}  // namespace teahouse::api
