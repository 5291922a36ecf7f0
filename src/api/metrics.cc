// GET /operator/v1/metrics: what modules have counted and have, on all loops together, as JSON or in the text format of
// Prometheus.
#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

// In the order of the modules and of their metrics; all homes have the same modules.
struct ReadMetrics {
  std::vector<int64_t> answer(Home& here) const { return here.modules().read_metrics(); }
};

std::string_view to_string(MetricInfo::Kind kind) { return kind == MetricInfo::Kind::counter ? "counter" : "gauge"; }

// "teahouse_blocking_stanzas_total", as is usual for counters.
std::string full_name(const ModuleInfo& module, const MetricInfo& metric) {
  return "teahouse_" + std::string(module.name) + "_" + std::string(metric.name) +
         (metric.kind == MetricInfo::Kind::counter ? "_total" : "");
}

std::string make_text_lines(const std::string& name, const MetricInfo& metric, int64_t value) {
  return "# HELP " + name + " " + std::string(metric.summary) + "\n# TYPE " + name + " " +
         std::string(to_string(metric.kind)) + "\n" + name + " " + std::to_string(value) + "\n";
}

}  // namespace

Task<Outcome> get_metrics(ApiContext& api, ApiCall /*call*/) {
  auto asked = api.shared().homes.ask_each(api.loop(), ReadMetrics{});
  const auto homes = co_await asked;
  JsonArray rows;
  std::string text;
  size_t at = 0;
  for (const ModuleInfo* module : api.home.modules().infos()) {
    for (const MetricInfo& metric : module->metrics) {
      int64_t value = 0;
      for (const std::vector<int64_t>& home : homes) value += home.at(at);
      ++at;
      const std::string name = full_name(*module, metric);
      text += make_text_lines(name, metric, value);
      rows.push_back(JsonObject{{"name", name},
                                {"kind", to_json(to_string(metric.kind))},
                                {"value", value},
                                {"summary", to_json(metric.summary)}});
    }
  }
  co_return make_answer(200, {{"metrics", std::move(rows)}}, std::move(text));
}

}  // namespace teahouse::api
