// OptionTable: the options of all modules of a home, and what a tenant's Host carries of them.
//
// A tenant's options are a text of JSON, {"muc": {"history_messages": 20}}: what is not named there has the server's
// value. A stored option that is known no more, or out of its bounds by now, is passed over.
//
// Thread: the home's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text_map.h"
#include "server/module.h"

namespace teahouse {

// Values that an operator has set for all tenants, by "muc.history_messages".
using OptionDefaults = TextMap<int64_t>;

class OptionTable {
 public:
  explicit OptionTable(const OptionDefaults& defaults) : defaults_(defaults) {}

  // Gives the place of its first option. Places stay when a module is detached.
  size_t add(const ModuleInfo& module);
  // Errors: bad_request for an option that none of the modules has, and for a value that it can't have.
  Result<void> check(std::string_view options) const;
  // The values of a tenant with these options, by their places.
  HostOptions read(std::string_view options) const;

 private:
  struct Row {
    std::string_view module;
    const OptionInfo* option;
  };
  const Row* find(std::string_view module, std::string_view option) const;
  Error refuse(std::string_view module, std::string_view option) const;

  const OptionDefaults& defaults_;
  std::vector<Row> rows_;
  HostOptions standard_ = std::make_shared<const std::vector<int64_t>>();
};

// "muc.history_messages" and a text of its value, for OptionDefaults. Errors: bad_request.
Result<std::pair<std::string, int64_t>> parse_option_default(const std::vector<const ModuleInfo*>& modules,
                                                             std::string_view name, std::string_view text);

}  // namespace teahouse
