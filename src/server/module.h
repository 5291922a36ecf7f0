// Module: one feature family; a folder of modules/. There is one of each for every home loop.
//
// It says as data what it is (ModuleInfo: the disco answers, docs/xeps.md and the option reference are generated from
// it) and hooks itself in by attach().
#pragma once

#include <string_view>
#include <vector>

#include "tenant/tenant.h"

namespace teahouse {

class ModuleContext;

struct Xep {
  int number;
  std::string_view version;  // that was built from
  std::string_view title;
  std::string_view note;  // what is left out; empty when nothing
};

struct ModuleInfo {
  std::string_view name;     // its folder
  std::string_view summary;  // a sentence
  std::vector<Xep> xeps;
  std::vector<std::string_view> host_features;     // disco#info features of an accounts host
  std::vector<std::string_view> account_features;  // disco#info features of an account's bare JID
};

class Module {
 public:
  virtual ~Module() = default;
  virtual const ModuleInfo& info() const = 0;
  // Called once: registers its hooks. `context` outlives the module.
  virtual void attach(ModuleContext& context) = 0;
  // Its hooks are gone, and so is what it kept in slots: drops what else it has in memory. Tasks that it began may
  // still end.
  virtual void detach() {}
};

}  // namespace teahouse
