#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct PersonOptions {
  std::string email, name, role, tenant, reseller;
  bool password_stdin = false, end_totp = false;
};
using PersonOptionsPtr = std::shared_ptr<PersonOptions>;

std::string path_of(const PersonOptions& options) { return "/persons/" + escape_segment(options.email); }

CLI::App* add_named(CLI::App& group, Shell& shell, const char* verb, const char* text, const PersonOptionsPtr& options,
                    int (*run)(Shell&, const PersonOptions&)) {
  CLI::App* command = group.add_subcommand(verb, text)->fallthrough();
  command->add_option("email", options->email, "The person's e-mail address")->required();
  command->callback(
      [&shell, options, run] { shell.command = [options, run](Shell& there) { return run(there, *options); }; });
  return command;
}

void add_person_password(CLI::App& command, const PersonOptionsPtr& options) {
  command.add_flag("--password-stdin", options->password_stdin, "Read the password from standard input")->required();
}

// [{"role": "owner", "tenant": "shop"}] as "owner of shop".
std::string sum_up(const json::value& roles) {
  std::string all;
  if (!roles.is_array()) return all;
  for (const json::value& each : roles.get_array()) {
    if (!each.is_object()) continue;
    const json::object& role = each.get_object();
    const auto text = [&role](const char* name) {
      const json::value* found = role.if_contains(name);
      return found && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
    };
    const std::string place = text("tenant") + text("reseller");
    all += (all.empty() ? "" : ", ") + text("role") + (place.empty() ? "" : " of " + place);
  }
  return all;
}

int show_person(Shell& shell, const Result<Reply>& reply) {
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  json::error_code failed;
  json::value value = json::parse(reply->body, failed);
  if (failed || !value.is_object() || !value.get_object().if_contains("roles")) return shell.show(reply);
  value.get_object()["roles"] = sum_up(value.at("roles"));
  return shell.show(Reply{reply->status, json::serialize(value)});
}

int create(Shell& shell, const PersonOptions& options) {
  const auto password = read_password();
  if (!password) return shell.fail(password.error());
  json::object body = {{"email", options.email}, {"password", *password}};
  if (!options.name.empty()) body["name"] = options.name;
  return show_person(shell, shell.client().call("POST", "/persons", json::serialize(body)));
}

int show(Shell& shell, const PersonOptions& options) {
  return show_person(shell, shell.client().call("GET", path_of(options)));
}

int remove(Shell& shell, const PersonOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options)), options.email + " is removed.");
}

int set_password(Shell& shell, const PersonOptions& options) {
  const auto password = read_password();
  if (!password) return shell.fail(password.error());
  json::object body = {{"password", *password}};
  if (options.end_totp) body["end_totp"] = true;
  return shell.done(shell.client().call("PUT", path_of(options) + "/password", json::serialize(body)),
                    options.email + " has a new password, and its sessions have ended.");
}

int set_role(Shell& shell, const PersonOptions& options) {
  json::object body = {{"role", options.role}};
  if (!options.tenant.empty()) body["tenant"] = options.tenant;
  if (!options.reseller.empty()) body["reseller"] = options.reseller;
  return show_person(shell, shell.client().call("PUT", path_of(options) + "/role", json::serialize(body)));
}

int list_persons(Shell& shell) {
  const auto reply = shell.client().list("/persons", "persons");
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  json::value value = json::parse(reply->body);
  for (json::value& row : value.at("persons").as_array()) {
    if (row.is_object() && row.get_object().if_contains("roles")) row.get_object()["roles"] = sum_up(row.at("roles"));
  }
  return shell.show_list(Reply{reply->status, json::serialize(value)}, "persons", {"email", "name", "roles", "totp"});
}

}  // namespace

void add_person_commands(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("person", "The people who sign in to look after the server and its tenants")
                        ->require_subcommand(1)
                        ->fallthrough();
  auto options = std::make_shared<PersonOptions>();
  CLI::App* command = add_named(*group, shell, "create", "Make a person; they have no role yet", options, create);
  add_person_password(*command, options);
  command->add_option("--name", options->name, "What others see");
  add_named(*group, shell, "show", "All about one person", std::make_shared<PersonOptions>(), show);
  add_named(*group, shell, "remove", "Remove a person, with their sessions", std::make_shared<PersonOptions>(), remove);
  options = std::make_shared<PersonOptions>();
  command = add_named(*group, shell, "password", "Give a person a new password", options, set_password);
  add_person_password(*command, options);
  command->add_flag("--end-totp", options->end_totp,
                    "Need no one-time password any more: the app and its codes are lost");
  options = std::make_shared<PersonOptions>();
  command = add_named(*group, shell, "role", "Give a person a role, in place of the one at the same place", options,
                      set_role);
  command->add_option("role", options->role, "operator, reseller, owner, moderate, agents, read; none takes it away")
      ->required();
  command->add_option("--tenant", options->tenant, "The tenant that they have it at");
  command->add_option("--reseller", options->reseller, "The reseller that they have it at");
  CLI::App* listing = group->add_subcommand("list", "All persons")->fallthrough();
  listing->callback([&shell] { shell.command = list_persons; });
}

}  // namespace teahouse::cli
