// Module: one feature family; a folder of modules/. There is one of each for every home loop.
//
// It says as data what it is (ModuleInfo: stream features, disco answers, archives and docs/xeps.md come from it) and
// hooks itself in by attach().
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/option_info.h"
#include "tenant/tenant.h"
#include "xmpp/data_form.h"

namespace teahouse {

class ModuleContext;

struct Xep {
  int number;
  std::string_view version;  // that was built from
  std::string_view title;
  std::string_view note;  // what is left out; empty when nothing
};

// Whether something is offered to a tenant's users; null: always.
using Condition = bool (*)(const Tenant&);

struct Feature {
  Feature(const char* feature, Condition condition = nullptr) : var(feature), is_offered(condition) {}
  std::string_view var;
  Condition is_offered;
};

// A line of <stream:features/>: an empty element, before login or after it.
struct StreamFeature {
  enum class Time : uint8_t { before_login, after_login };
  Time time;
  std::string_view name, ns;
  Condition is_offered = nullptr;
};

struct Identity {
  std::string_view category, type;
};

// An archive store (DataPlane::archive) of each tenant.
struct ArchiveInfo {
  std::string_view name;
  int64_t PlanLimits::*bytes_max;  // what its rows count against
  int64_t PlanLimits::*days_max;   // what is older is removed
};

// Something that a module counts, or how much of something it has, on all homes together.
struct MetricInfo {
  enum class Kind : uint8_t { counter, gauge };
  std::string_view name;  // [a-z_]
  Kind kind;
  std::string_view summary;  // a sentence
};

// A form in the disco#info of an accounts host (XEP-0128); none where it would say nothing.
using HostForm = std::optional<DataForm> (*)(const Tenant&);

struct ModuleInfo {
  std::string_view name;     // its folder
  std::string_view summary;  // a sentence
  std::vector<Xep> xeps = {};
  std::vector<Feature> host_features = {};     // disco#info features of an accounts host
  std::vector<Feature> account_features = {};  // disco#info features of an account's bare JID
  std::vector<Identity> host_identities = {}, account_identities = {};
  std::vector<HostForm> host_forms = {};
  std::vector<StreamFeature> stream_features = {};
  std::vector<Feature> bind_features = {};  // which <bind/> can ask for at the login (XEP-0386)
  std::vector<ArchiveInfo> archives = {};
  std::vector<OptionInfo> options = {};
  std::vector<MetricInfo> metrics = {};
  std::vector<std::string_view> mentions = {};  // names of the maps in which it keeps Mentions
  std::vector<std::string_view> needs = {};     // names of modules that are attached before it
  bool signs_in_by_certificate = false;         // a host that has it takes SASL EXTERNAL
  bool is_optional = false;                     // a tenant may go without it (Tenant::modules_off)
};

class Module {
 public:
  virtual ~Module() = default;
  virtual const ModuleInfo& info() const = 0;
  // Called once: registers its hooks. `context` outlives the module.
  virtual void attach(ModuleContext& context) = 0;
  // Its hooks are gone, and so is what it kept in attached: drops what else it has in memory. Tasks that it began may
  // still end.
  virtual void detach() {}
};

}  // namespace teahouse
