#include "tenant/usage.h"

#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {

// Each limit of the plan, and how much of it is used where it is of the tenant as a whole.
Task<Outcome> get_usage(ApiContext& api, Call call) {
  const auto tenant = call.tenant ? Result<TenantPtr>(call.tenant) : find_named_tenant(api, call);
  if (!tenant) co_return tenant.error();
  JsonObject limits;
  for (const UsageLine& line : usage(**tenant)) {
    JsonObject shown = {{"limit", line.limit}};
    if (line.used) shown["used"] = *line.used;
    limits[boost::json::string_view(line.name.data(), line.name.size())] = std::move(shown);
  }
  co_return make_answer(
      200,
      {{"plan", (*tenant)->plan.name}, {"messages", (*tenant)->meter->messages.load()}, {"limits", std::move(limits)}});
}

}  // namespace teahouse::api
