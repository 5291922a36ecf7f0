// ModuleList: the modules of one home. Each has a bit, by its place among them, which is the same on every home: a
// Host says by such bits which of them its tenant goes without.
//
// Thread: the home's.
// Owns: the modules and their contexts.
// Limits: 64 modules.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/module.h"
#include "server/option_table.h"
#include "tenant/tenant.h"

namespace teahouse {

class Home;
class ModuleContext;

class ModuleList {
 public:
  explicit ModuleList(Home& home);
  ~ModuleList();

  // Attaches it, behind those that it needs. Tenants that are there have it until they are set anew.
  void add(std::unique_ptr<Module> module);
  // Takes it out of a running home: its hooks end and its state goes. REQUIRES: none of its hooks is being called, and
  // no other module needs it.
  void remove(std::string_view name);
  Module* find(std::string_view name) const;
  const std::vector<const ModuleInfo*>& infos() const { return infos_; }  // in their order
  std::vector<const ModuleInfo*> infos(const Host& host) const;           // of those that the host has
  // The bits of the modules of these names; of names that no module has there are none.
  uint64_t bits(const std::vector<std::string>& names) const;
  bool is_at(std::string_view name, const Host& host) const;
  const OptionTable& options() const { return options_; }
  // The metrics of its modules on this home, in the order of infos().
  std::vector<int64_t> read_metrics() const;
  // May a tenant go without these? Errors: bad_request for a name that no optional module has, and for a module that
  // another one needs.
  Result<void> check_off(const std::vector<std::string>& names) const;

 private:
  struct Entry {
    std::unique_ptr<ModuleContext> context;
    std::unique_ptr<Module> module;
    uint64_t bit;
  };
  Home& home_;
  std::vector<Entry> modules_;
  std::vector<Entry> detached_;  // tasks that they began may not have ended
  std::vector<const ModuleInfo*> infos_;
  OptionTable options_;
  uint64_t next_bit_ = 1;
};

}  // namespace teahouse
