// teahouse usage: what tenants use of their plans now, and what they used in each hour or day.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "cli/shell.h"
#include "tenant/usage_rollups.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct UsageOptions {
  std::string tenant, by, from, to;
  bool csv = false;

  bool are_of_periods() const { return csv || tenant.empty() || !by.empty() || !from.empty() || !to.empty(); }
  std::string query() const {
    std::string text = "?by=" + (by.empty() ? "day" : by);
    if (!from.empty()) text += "&from=" + escape_segment(from);
    if (!to.empty()) text += "&to=" + escape_segment(to);
    return text;
  }
};

std::string path_of(const std::string& tenant) { return "/tenants/" + escape_segment(tenant) + "/usage"; }

// {"limits": {"accounts": {"used": 1, "limit": 2}}} as rows.
Result<Reply> limit_rows(const Result<Reply>& reply) {
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  const json::value* limits = !failed && value.is_object() ? value.get_object().if_contains("limits") : nullptr;
  json::array rows;
  if (limits && limits->is_object()) {
    for (const auto& [name, line] : limits->get_object()) {
      if (!line.is_object()) continue;
      json::object row = line.get_object();
      if (const json::value* limit = row.if_contains("limit"); limit && limit->is_int64() && limit->get_int64() < 0) {
        row["limit"] = "unlimited";
      }
      row["name"] = name;
      rows.push_back(std::move(row));
    }
  }
  return Reply{reply->status, json::serialize(json::object{{"limits", std::move(rows)}})};
}

int show_limits(Shell& shell, const UsageOptions& options) {
  const auto reply = shell.client().call("GET", path_of(options.tenant));
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  return shell.show_list(limit_rows(reply), "limits", {"name", "used", "limit", "over_use"});
}

Result<std::vector<std::string>> list_tenants(Shell& shell) {
  const auto reply = shell.client().list("/tenants", "tenants");
  if (!reply) return reply.error();
  if (!reply->good()) return Error{ErrorKind::not_allowed, reply->refusal()};
  std::vector<std::string> names;
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  if (failed || !value.is_object()) return names;
  for (const json::value& tenant : value.at("tenants").as_array()) {
    names.emplace_back(std::string_view(tenant.at("name").as_string()));
  }
  return names;
}

// The lines of all of them, each with its tenant's name.
Result<json::array> collect(Shell& shell, const std::vector<std::string>& tenants, const UsageOptions& options) {
  json::array rows;
  for (const std::string& tenant : tenants) {
    const auto reply = shell.client().list(path_of(tenant) + options.query(), "periods");
    if (!reply) return reply.error();
    if (!reply->good()) return Error{ErrorKind::not_allowed, reply->refusal()};
    const json::value value = json::parse(reply->body);
    for (const json::value& period : value.at("periods").as_array()) {
      json::object row = {{"tenant", tenant}};
      for (const auto& [name, each] : period.as_object()) row[name] = each;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<std::string> column_names() {
  std::vector<std::string> names = {"tenant", "from"};
  names.insert(names.end(), usage_columns.begin(), usage_columns.end());
  names.emplace_back("over");
  return names;
}

// Names of tenants, times and numbers: nothing that a table would have to quote.
int print_table(const json::array& rows) {
  const std::vector<std::string> columns = column_names();
  std::string text;
  for (const std::string& column : columns) text.append(text.empty() ? "" : ",").append(column);
  std::cout << text << "\r\n";
  for (const json::value& row : rows) {
    text.clear();
    for (const std::string& column : columns) {
      const json::value& value = row.at(column);
      text.append(text.empty() ? "" : ",");
      text += value.is_string() ? std::string(std::string_view(value.get_string()))
              : value.is_bool() ? (value.get_bool() ? "yes" : "no")
                                : json::serialize(value);
    }
    std::cout << text << "\r\n";
  }
  return exit_good;
}

int show_periods(Shell& shell, const UsageOptions& options) {
  std::vector<std::string> tenants = {options.tenant};
  if (options.tenant.empty()) {
    auto all = list_tenants(shell);
    if (!all) return shell.fail(all.error());
    tenants = std::move(*all);
  }
  const auto rows = collect(shell, tenants, options);
  if (!rows) return shell.fail(rows.error());
  if (options.csv) return print_table(*rows);
  const Reply reply{200, json::serialize(json::object{{"periods", *rows}})};
  return shell.show_list(reply, "periods", column_names());
}

int run(Shell& shell, const UsageOptions& options) {
  if (shell.json && options.csv) return shell.fail({ErrorKind::bad_request, "Say --csv or --json, and not both."});
  return options.are_of_periods() ? show_periods(shell, options) : show_limits(shell, options);
}

}  // namespace

void add_usage_command(CLI::App& app, Shell& shell) {
  const auto options = std::make_shared<UsageOptions>();
  CLI::App* command =
      app.add_subcommand("usage", "What a tenant uses of its plan, and what it used by hours or days")->fallthrough();
  command->add_option("tenant", options->tenant, "The tenant's name; the days of all tenants if it is not given");
  command->add_option("--by", options->by, "Each hour (kept for 35 days) or day (for 400) of UTC")
      ->check(CLI::IsMember({"hour", "day"}));
  command->add_option("--from", options->from, "From this day or time on, as 2026-11-30 or 2026-11-30T08:00:00Z");
  command->add_option("--to", options->to, "Until this day or time");
  command->add_flag("--csv", options->csv, "Print a table for a spreadsheet");
  command->callback([&shell, options] { shell.command = [options](Shell& there) { return run(there, *options); }; });
}

}  // namespace teahouse::cli
