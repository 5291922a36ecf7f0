#include "server/module_list.h"

#include <algorithm>
#include <cassert>

#include "server/home.h"
#include "server/module_context.h"

namespace teahouse {
namespace {

bool has_name(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

ModuleList::ModuleList(Home& home) : home_(home), options_(home.shared().option_defaults) {}
ModuleList::~ModuleList() = default;

void ModuleList::add(std::unique_ptr<Module> module) {
  assert(next_bit_ != 0);
  auto context = std::make_unique<ModuleContext>(home_, *module, next_bit_, options_.add(module->info()));
  infos_.push_back(&module->info());
  modules_.push_back({std::move(context), std::move(module), next_bit_});
  next_bit_ <<= 1;
  modules_.back().module->attach(*modules_.back().context);
  [[maybe_unused]] const auto& metrics = modules_.back().context->metrics();
  assert(std::all_of(metrics.begin(), metrics.end(), [](const auto& read) { return bool(read); }) && "none is missing");
}

void ModuleList::remove(std::string_view name) {
  const auto found = std::find_if(modules_.begin(), modules_.end(),
                                  [&](const Entry& each) { return each.module->info().name == name; });
  if (found == modules_.end()) return;
  assert(std::none_of(infos_.begin(), infos_.end(), [&](const ModuleInfo* each) {
    return std::find(each->needs.begin(), each->needs.end(), name) != each->needs.end();
  }));
  std::erase(infos_, &found->module->info());
  found->context->detach();
  found->module->detach();
  detached_.push_back(std::move(*found));
  modules_.erase(found);
}

Module* ModuleList::find(std::string_view name) const {
  for (const Entry& each : modules_) {
    if (each.module->info().name == name) return each.module.get();
  }
  return nullptr;
}

std::vector<const ModuleInfo*> ModuleList::infos(const Host& host) const {
  std::vector<const ModuleInfo*> found;
  for (const Entry& each : modules_) {
    if ((host.modules_off & each.bit) == 0) found.push_back(&each.module->info());
  }
  return found;
}

std::vector<int64_t> ModuleList::read_metrics() const {
  std::vector<int64_t> values;
  for (const Entry& each : modules_) {
    for (const auto& read : each.context->metrics()) values.push_back(read());
  }
  return values;
}

uint64_t ModuleList::bits(const std::vector<std::string>& names) const {
  uint64_t bits = 0;
  for (const Entry& each : modules_) {
    if (has_name(names, each.module->info().name)) bits |= each.bit;
  }
  return bits;
}

bool ModuleList::is_at(std::string_view name, const Host& host) const {
  return std::any_of(modules_.begin(), modules_.end(), [&](const Entry& each) {
    return each.module->info().name == name && (host.modules_off & each.bit) == 0;
  });
}

Result<void> ModuleList::check_off(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const Module* module = find(name);
    if (module && module->info().is_optional) continue;
    std::string all;
    for (const ModuleInfo* info : infos_) {
      if (info->is_optional) all.append(all.empty() ? "" : ", ").append(info->name);
    }
    return Error{ErrorKind::bad_request,
                 "There is no module '" + name + "' that can be switched off. There are: " + all + "."};
  }
  for (const ModuleInfo* info : infos_) {
    if (has_name(names, info->name)) continue;
    for (const std::string_view need : info->needs) {
      if (!has_name(names, need)) continue;
      return Error{ErrorKind::bad_request, "The module '" + std::string(info->name) + "' needs '" + std::string(need) +
                                               "': switch off both, or neither."};
    }
  }
  return {};
}

}  // namespace teahouse
