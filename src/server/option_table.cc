#include "server/option_table.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>
#include <functional>

namespace teahouse {
namespace {

namespace json = boost::json;

std::string_view to_view(json::string_view text) { return {text.data(), text.size()}; }

std::string full_name(std::string_view module, std::string_view option) {
  return std::string(module) + "." + std::string(option);
}

// "on", true and "true" are the same, and so are 20 and "20".
std::string to_text(const json::value& value) {
  return value.is_string() ? std::string(to_view(value.get_string())) : json::serialize(value);
}

Error refuse_shape() {
  return {ErrorKind::bad_request,
          R"(Options are set as {"muc": {"history_messages": 20}}: modules, each with its options.)"};
}

Error refuse_value(std::string_view module, std::string_view option, const Error& why) {
  return {ErrorKind::bad_request, "The option '" + full_name(module, option) + "' " + why.text + "."};
}

using Visit = std::function<Result<void>(std::string_view module, std::string_view option, const json::value& value)>;

// Ends with the first error of a visit.
Result<void> for_each_option(std::string_view options, const Visit& visit) {
  if (options.empty()) return {};
  json::error_code failed;
  const json::value all = json::parse(json::string_view(options.data(), options.size()), failed);
  if (failed || !all.is_object()) return refuse_shape();
  for (const auto& [module, set] : all.get_object()) {
    if (!set.is_object()) return refuse_shape();
    for (const auto& [option, value] : set.get_object()) {
      if (const auto visited = visit(to_view(module), to_view(option), value); !visited) return visited;
    }
  }
  return {};
}

}  // namespace

size_t OptionTable::add(const ModuleInfo& module) {
  const size_t first = rows_.size();
  std::vector<int64_t> standard = *standard_;
  for (const OptionInfo& option : module.options) {
    assert(option.standard >= option.min && option.standard <= option.max && !option.summary.empty());
    rows_.push_back({module.name, &option});
    const auto set = defaults_.find(full_name(module.name, option.name));
    standard.push_back(set == defaults_.end() ? option.standard : set->second);
  }
  standard_ = std::make_shared<const std::vector<int64_t>>(std::move(standard));
  return first;
}

// From the end: a module that was detached and attached again has the later rows.
const OptionTable::Row* OptionTable::find(std::string_view module, std::string_view option) const {
  const auto found = std::find_if(rows_.rbegin(), rows_.rend(),
                                  [&](const Row& row) { return row.module == module && row.option->name == option; });
  return found == rows_.rend() ? nullptr : &*found;
}

Error OptionTable::refuse(std::string_view module, std::string_view option) const {
  std::string all;
  for (const Row& row : rows_) all.append(all.empty() ? "" : ", ").append(full_name(row.module, row.option->name));
  return {ErrorKind::bad_request, "There is no option '" + full_name(module.substr(0, 64), option.substr(0, 64)) +
                                      "'. There are: " + all + "."};
}

Result<void> OptionTable::check(std::string_view options) const {
  return for_each_option(options, [this](auto module, auto option, const json::value& value) -> Result<void> {
    const Row* row = find(module, option);
    if (!row) return refuse(module, option);
    if (value.is_null()) return {};
    const auto parsed = parse_option(*row->option, to_text(value));
    if (!parsed) return refuse_value(module, option, parsed.error());
    return {};
  });
}

HostOptions OptionTable::read(std::string_view options) const {
  if (options.empty()) return standard_;
  std::vector<int64_t> values = *standard_;
  (void)for_each_option(options, [&](auto module, auto option, const json::value& value) -> Result<void> {
    const Row* row = find(module, option);
    const auto parsed = row ? parse_option(*row->option, to_text(value)) : Result<int64_t>(refuse(module, option));
    if (parsed) values[static_cast<size_t>(row - rows_.data())] = *parsed;
    return {};
  });
  return std::make_shared<const std::vector<int64_t>>(std::move(values));
}

Result<std::pair<std::string, int64_t>> parse_option_default(const std::vector<const ModuleInfo*>& modules,
                                                             std::string_view name, std::string_view text) {
  std::string all;
  for (const ModuleInfo* module : modules) {
    for (const OptionInfo& option : module->options) {
      const std::string full = full_name(module->name, option.name);
      all.append(all.empty() ? "" : ", ").append(full);
      if (full != name) continue;
      const auto value = parse_option(option, text);
      if (!value) return refuse_value(module->name, option.name, value.error());
      return std::pair(full, *value);
    }
  }
  return Error{ErrorKind::bad_request,
               "There is no option '" + std::string(name.substr(0, 128)) + "'. There are: " + all + "."};
}

}  // namespace teahouse
