#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"
#include "tenant/reseller.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct ResellerOptions {
  std::string name, reason, label, id, tenants, oversell;
  std::map<std::string_view, std::string> texts;   // by the fields' names
  std::map<std::string_view, std::string> limits;  // by the limits' names, as they were written
};
using ResellerOptionsPtr = std::shared_ptr<ResellerOptions>;

std::string path_of(const ResellerOptions& options) { return "/resellers/" + escape_segment(options.name); }

CLI::App* add_named(CLI::App& group, Shell& shell, const char* verb, const char* text,
                    const ResellerOptionsPtr& options, int (*run)(Shell&, const CLI::App&, const ResellerOptions&)) {
  CLI::App* command = group.add_subcommand(verb, text)->fallthrough();
  command->add_option("name", options->name, "The reseller's name")->required();
  command->callback([&shell, command, options, run] {
    shell.command = [command, options, run](Shell& there) { return run(there, *command, *options); };
  });
  return command;
}

// Options that may be given at the start and changed later; numbers are checked by the server.
CLI::Option* add_fields(CLI::App& command, ResellerOptions& options) {
  CLI::Option* tenants = command.add_option("--tenants", options.tenants, "How many tenants it may have");
  command.add_option("--oversell-percent", options.oversell,
                     "Its tenants' limits together may be so much of what it is allotted; 100 to 1000");
  for (const ResellerField& field : reseller_fields()) {
    command.add_option(std::string(field.option), options.texts[field.name], std::string(field.help));
  }
  for (const PlanLimitName& limit : plan_limit_names()) {
    std::string dashed(limit.name);
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    command.add_option("--" + dashed, options.limits[limit.name],
                       "What it is allotted of this limit: a number, or \"unlimited\"");
  }
  return tenants;
}

json::string_view as_key(std::string_view name) { return {name.data(), name.size()}; }

// Only what was given, so that the rest stays.
json::object fields_of(const CLI::App& command, const ResellerOptions& options) {
  json::object body;
  if (!options.tenants.empty()) body["tenants"] = options.tenants;
  if (!options.oversell.empty()) body["oversell_percent"] = options.oversell;
  for (const ResellerField& field : reseller_fields()) {
    if (command.count(std::string(field.option)) != 0) body[as_key(field.name)] = options.texts.at(field.name);
  }
  for (const auto& [name, text] : options.limits) {
    if (text.empty()) continue;
    json::value& value = body[as_key(name)];
    if (text == "unlimited") {
      value = unlimited;
    } else {
      value = text;
    }
  }
  return body;
}

std::string count_of(const json::value& line, const char* name) {
  const json::value* found = line.is_object() ? line.get_object().if_contains(name) : nullptr;
  if (!found || !found->is_int64()) return "?";
  return found->get_int64() == unlimited ? "unlimited" : std::to_string(found->get_int64());
}

// For people: "tenants  2 of 10", and so of each limit that is bounded.
Result<Reply> flatten_reseller(const Result<Reply>& reply) {
  json::error_code failed;
  json::value value = json::parse(reply->body, failed);
  if (failed || !value.is_object()) return reply;
  const auto sum_up = [](const json::value& line) {
    return count_of(line, "given") + " of " + count_of(line, "limit");
  };
  json::object object;
  for (const auto& [name, part] : value.get_object()) {
    if (name == "limits") continue;
    object[name] = name == "tenants" ? json::value(sum_up(part)) : part;
  }
  if (const json::value* limits = value.get_object().if_contains("limits"); limits && limits->is_object()) {
    for (const auto& [name, line] : limits->get_object()) {
      if (count_of(line, "limit") != "unlimited") object[name] = sum_up(line);
    }
  }
  return Reply{reply->status, json::serialize(object)};
}

int show_reseller(Shell& shell, const Result<Reply>& reply) {
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  return shell.show(flatten_reseller(reply));
}

int create(Shell& shell, const CLI::App& command, const ResellerOptions& options) {
  json::object body = fields_of(command, options);
  body["name"] = options.name;
  return show_reseller(shell, shell.client().call("POST", "/resellers", json::serialize(body)));
}

int set(Shell& shell, const CLI::App& command, const ResellerOptions& options) {
  const json::object body = fields_of(command, options);
  return show_reseller(shell, shell.client().call("PATCH", path_of(options), json::serialize(body)));
}

int show(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  return show_reseller(shell, shell.client().call("GET", path_of(options)));
}

int suspend(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  const json::object body = {{"reason", options.reason}};
  return shell.done(shell.client().call("POST", path_of(options) + "/suspend", json::serialize(body)),
                    options.name + " is suspended, and its tenants with it.");
}

int resume(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  return shell.done(shell.client().call("POST", path_of(options) + "/resume"), options.name + " is in service again.");
}

int remove(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options)),
                    options.name + " is removed, with its plans and keys.");
}

int add_key(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  const json::object body = {{"label", options.label}};
  return shell.show(shell.client().call("POST", path_of(options) + "/keys", json::serialize(body)));
}

int list_keys(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options) + "/keys"), "keys",
                         {"id", "hint", "label", "created"});
}

int revoke_key(Shell& shell, const CLI::App& /*command*/, const ResellerOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options) + "/keys/" + escape_segment(options.id)),
                    "Key " + options.id + " is revoked.");
}

// Each reseller in a row, with its count of tenants.
int list_resellers(Shell& shell) {
  const auto reply = shell.client().list("/resellers", "resellers");
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  json::value value = json::parse(reply->body);
  for (json::value& row : value.at("resellers").as_array()) {
    if (!row.is_object() || !row.get_object().if_contains("tenants")) continue;
    const json::value tenants = row.at("tenants");
    row.get_object()["tenants"] = count_of(tenants, "given") + " of " + count_of(tenants, "limit");
  }
  return shell.show_list(Reply{reply->status, json::serialize(value)}, "resellers",
                         {"name", "title", "tenants", "panel_host", "suspended"});
}

}  // namespace

void add_reseller_commands(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("reseller", "Those who sell tenants under a name of their own")
                        ->require_subcommand(1)
                        ->fallthrough();
  auto options = std::make_shared<ResellerOptions>();
  add_fields(*add_named(*group, shell, "create", "Make a reseller; its first key is shown now and never again", options,
                        create),
             *options)
      ->required();
  options = std::make_shared<ResellerOptions>();
  add_fields(*add_named(*group, shell, "set", "Change a reseller; what is not given stays", options, set), *options);
  add_named(*group, shell, "show", "All about one reseller: of each limit, what is given away and what is allotted",
            std::make_shared<ResellerOptions>(), show);
  options = std::make_shared<ResellerOptions>();
  add_named(*group, shell, "suspend", "Close the service of all its tenants until it is resumed", options, suspend)
      ->add_option("--reason", options->reason, "What it, its tenants and their users are told")
      ->required();
  add_named(*group, shell, "resume", "Put it into service again, and its tenants but those suspended of themselves",
            std::make_shared<ResellerOptions>(), resume);
  add_named(*group, shell, "remove", "Remove a reseller that has no tenants", std::make_shared<ResellerOptions>(),
            remove);
  options = std::make_shared<ResellerOptions>();
  add_named(*group, shell, "add-key", "Make a key of it; it is shown now and never again", options, add_key)
      ->add_option("--label", options->label, "What it is for");
  add_named(*group, shell, "keys", "Its keys, without what they are", std::make_shared<ResellerOptions>(), list_keys);
  options = std::make_shared<ResellerOptions>();
  add_named(*group, shell, "revoke-key", "End a key at once", options, revoke_key)
      ->add_option("id", options->id, "The key's number")
      ->required();
  CLI::App* listing = group->add_subcommand("list", "All resellers")->fallthrough();
  listing->callback([&shell] { shell.command = list_resellers; });
}

}  // namespace teahouse::cli
