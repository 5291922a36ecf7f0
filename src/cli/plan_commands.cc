#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"
#include "tenant/plan.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct PlanOptions {
  std::string name;
  std::map<std::string, std::string> limits;  // by the limit's name; as they were written
  std::vector<std::string> over_use;          // "accounts=warn"
};

// The limits that the plan lets be passed: ["accounts=warn"].
json::array passed(const json::object& plan) {
  json::array shown;
  const json::value* over_use = plan.if_contains("over_use");
  if (!over_use || !over_use->is_object()) return shown;
  for (const auto& [name, policy] : over_use->get_object()) {
    if (policy == "refuse" || !policy.is_string()) continue;
    shown.push_back(json::string(std::string(std::string_view(name)) + "=" + std::string(policy.get_string().c_str())));
  }
  return shown;
}

// {"plans": [{"name": ..., "limits": {...}}]} as rows of one level.
Result<Reply> flatten_plans(const Result<Reply>& reply) {
  json::error_code failed;
  json::value value = json::parse(reply->body, failed);
  json::array rows;
  json::value* plans = !failed && value.is_object() ? value.get_object().if_contains("plans") : nullptr;
  if (plans && plans->is_array()) {
    for (json::value& plan : plans->get_array()) {
      if (!plan.is_object() || !plan.get_object().if_contains("limits") || !plan.at("limits").is_object()) continue;
      json::object row = plan.at("limits").get_object();
      for (auto& limit : row) {
        if (limit.value() == unlimited) limit.value() = "unlimited";  // as `plan set` takes it
      }
      row["name"] = plan.at("name");
      row["over_use"] = passed(plan.get_object());
      rows.push_back(std::move(row));
    }
  }
  return Reply{reply->status, json::serialize(json::object{{"plans", std::move(rows)}})};
}

int list(Shell& shell, const std::string& reseller) {
  const std::string query = reseller.empty() ? "" : "?reseller=" + escape_segment(reseller);
  const auto reply = shell.client().call("GET", "/plans" + query);
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  std::vector<std::string> columns = {"name"};
  for (const PlanLimitName& limit : plan_limit_names()) columns.emplace_back(limit.name);
  columns.emplace_back("over_use");
  return shell.show_list(flatten_plans(reply), "plans", columns);
}

int set(Shell& shell, const PlanOptions& options) {
  json::object body;
  for (const auto& [name, text] : options.limits) {
    if (text.empty()) continue;
    if (text == "unlimited") {
      body[name] = unlimited;
    } else {
      body[name] = text;  // the server says what is wrong with it, if anything is
    }
  }
  json::object over_use;
  for (const std::string& each : options.over_use) {
    const size_t equals = each.find('=');
    if (equals == each.npos) {
      return shell.fail({ErrorKind::bad_request, "'" + each + "' must be a limit and what happens, as accounts=warn."});
    }
    over_use[each.substr(0, equals)] = each.substr(equals + 1);
  }
  if (!over_use.empty()) body["over_use"] = std::move(over_use);
  return shell.done(shell.client().call("PUT", "/plans/" + escape_segment(options.name), json::serialize(body)),
                    "The plan " + options.name + " is set; its tenants follow at once.");
}

}  // namespace

void add_plan_commands(CLI::App& app, Shell& shell) {
  CLI::App* group =
      app.add_subcommand("plan", "The sets of limits that tenants have")->require_subcommand(1)->fallthrough();
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* command = group->add_subcommand("set", "Make or change a plan; what is not given stays")->fallthrough();
  command->add_option("name", options->name, "The plan's name")->required();
  for (const PlanLimitName& limit : plan_limit_names()) {
    const std::string name(limit.name);
    std::string dashed = name;
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    const std::string names = "--" + dashed + (dashed == name ? "" : ",--" + name);
    command->add_option(names, options->limits[name], "A number, or \"unlimited\"");
  }
  command->add_option("--over-use", options->over_use,
                      "What happens at a limit that is used up: accounts=refuse, warn or allow; may be repeated");
  command->callback([&shell, options] { shell.command = [options](Shell& there) { return set(there, *options); }; });
  const auto reseller = std::make_shared<std::string>();
  CLI::App* listing = group->add_subcommand("list", "All plans")->fallthrough();
  listing->add_option("--reseller", *reseller, "Those of this reseller");
  listing->callback(
      [&shell, reseller] { shell.command = [reseller](Shell& there) { return list(there, *reseller); }; });
}

}  // namespace teahouse::cli
