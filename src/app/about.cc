#include "app/about.h"

#include <boost/json.hpp>
#include <cstdio>

#include "api/openapi.h"
#include "app/modules.h"
#include "server/core_info.h"

namespace teahouse {
namespace {

boost::json::object to_json(const ModuleInfo& info) {
  boost::json::array xeps;
  for (const Xep& xep : info.xeps) {
    xeps.push_back({{"number", xep.number}, {"version", xep.version}, {"title", xep.title}, {"note", xep.note}});
  }
  boost::json::array options, metrics;
  for (const OptionInfo& option : info.options) {
    options.push_back({{"name", option.name},
                       {"takes", describe_option(option)},
                       {"standard", show_option(option, option.standard)},
                       {"summary", option.summary}});
  }
  for (const MetricInfo& metric : info.metrics) {
    const bool counts = metric.kind == MetricInfo::Kind::counter;
    metrics.push_back({{"name", metric.name}, {"kind", counts ? "counter" : "gauge"}, {"summary", metric.summary}});
  }
  return {{"name", info.name},
          {"summary", info.summary},
          {"xeps", std::move(xeps)},
          {"options", std::move(options)},
          {"metrics", std::move(metrics)}};
}

std::string modules_json() {
  boost::json::array modules;
  for (const auto& module : make_modules()) modules.push_back(to_json(module->info()));
  modules.push_back(to_json(core_info()));
  return boost::json::serialize(modules);
}

}  // namespace

int about(std::string_view what) {
  if (what != "xeps" && what != "api") {
    fputs("teahouse about: say `about xeps` or `about api`.\n", stderr);
    return 2;
  }
  const std::string text = what == "xeps" ? modules_json() : std::string(api::openapi_json());
  puts(text.c_str());
  return 0;
}

}  // namespace teahouse
