#include "app/about.h"

#include <boost/json.hpp>
#include <cstdio>

#include "api/openapi.h"
#include "app/modules.h"

namespace teahouse {
namespace {

std::string modules_json() {
  boost::json::array modules;
  for (const auto& module : make_modules()) {
    const ModuleInfo& info = module->info();
    boost::json::array xeps;
    for (const Xep& xep : info.xeps) {
      xeps.push_back({{"number", xep.number}, {"version", xep.version}, {"title", xep.title}, {"note", xep.note}});
    }
    modules.push_back({{"name", info.name}, {"summary", info.summary}, {"xeps", std::move(xeps)}});
  }
  // XEPs of no module, but of the core.
  modules.push_back(
      {{"name", "server"},
       {"summary", "Streams and sessions: the core, which no tenant is without."},
       {"xeps",
        {{{"number", 198}, {"version", "1.6.3"}, {"title", "Stream Management"}, {"note", ""}},
         {{"number", 368}, {"version", "1.1.0"}, {"title", "SRV records for XMPP over TLS"}, {"note", ""}},
         {{"number", 440},
          {"version", "0.4.2"},
          {"title", "SASL Channel-Binding Type Capability"},
          {"note", "none over WebSocket"}}}}});
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
