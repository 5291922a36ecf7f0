#include "tenant/usage.h"

#include "api/handlers.h"
#include "api/json.h"
#include "tenant/reseller.h"

namespace teahouse::api {
namespace {

constexpr std::string_view calls_limit = "api_calls_per_min";  // counted here (ApiCallLimits), and not by the Meter

}  // namespace

// Each limit of the plan, and how much of it is used where it is of the tenant as a whole.
Task<Outcome> get_usage(ApiContext& api, ApiCall call) {
  JsonObject limits;
  for (const UsageLine& line : usage(*call.tenant)) {
    JsonObject shown = {{"limit", line.limit}};
    if (line.used) shown["used"] = *line.used;
    if (line.name == calls_limit && line.limit >= 0) {
      shown["used"] = api.shared().limits.used_calls(call.tenant->id, line.limit);
    }
    limits[boost::json::string_view(line.name.data(), line.name.size())] = std::move(shown);
  }
  co_return make_answer(200, {{"plan", std::string(short_plan_name(call.tenant->plan.name))},
                              {"messages", call.tenant->meter->messages.load()},
                              {"relayed_bytes", call.tenant->meter->relayed_bytes.load()},
                              {"call_bytes", call.tenant->meter->call_bytes.load()},
                              {"call_minutes", call.tenant->meter->call_seconds.load() / 60},
                              {"limits", std::move(limits)}});
}

}  // namespace teahouse::api
