#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"
#include "xmpp/jid.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct AccountOptions {
  std::string jid, domain, name;
  bool password_stdin = false;
};
using OptionsPtr = std::shared_ptr<AccountOptions>;

struct AccountPlace {
  std::string tenant, localpart;
};

// "romeo@montague.example": a tenant, and an account there.
Result<AccountPlace> find_place(Shell& shell, const std::string& jid) {
  const size_t at = jid.find('@');
  if (at == 0 || at == jid.npos || at + 1 == jid.size()) {
    return Error{ErrorKind::bad_request, "'" + jid + "' is no address of an account, such as romeo@montague.example."};
  }
  auto tenant = shell.find_tenant(jid.substr(at + 1));
  if (!tenant) return tenant.error();
  return AccountPlace{std::move(*tenant), jid.substr(0, at)};
}

// In a path the escapes of XEP-0106 are undone; the server makes them again.
std::string account_segment(const std::string& localpart) { return escape_segment(unescape_localpart(localpart)); }

std::string accounts_of(const std::string& tenant) { return "/tenants/" + escape_segment(tenant) + "/accounts"; }

CLI::App* add_named(CLI::App& group, const char* verb, const char* text, const OptionsPtr& options) {
  CLI::App* command = group.add_subcommand(verb, text)->fallthrough();
  command->add_option("jid", options->jid, "The account's address")->required();
  return command;
}

void add_password(CLI::App& command, const OptionsPtr& options) {
  command.add_flag("--password-stdin", options->password_stdin, "Read the password from standard input")->required();
}

int create(Shell& shell, const AccountOptions& options) {
  const auto place = find_place(shell, options.jid);
  if (!place) return shell.fail(place.error());
  const auto password = read_password();
  if (!password) return shell.fail(password.error());
  json::object body = {{"localpart", place->localpart}, {"password", *password}};
  if (!options.name.empty()) body["name"] = options.name;
  return shell.done(shell.client().call("POST", accounts_of(place->tenant), json::serialize(body)),
                    options.jid + " is made.");
}

int passwd(Shell& shell, const AccountOptions& options) {
  const auto place = find_place(shell, options.jid);
  if (!place) return shell.fail(place.error());
  const auto password = read_password();
  if (!password) return shell.fail(password.error());
  const std::string path = accounts_of(place->tenant) + "/" + account_segment(place->localpart) + "/password";
  return shell.done(shell.client().call("PUT", path, json::serialize(json::object{{"password", *password}})),
                    options.jid + " has a new password.");
}

int remove(Shell& shell, const AccountOptions& options) {
  const auto place = find_place(shell, options.jid);
  if (!place) return shell.fail(place.error());
  return shell.done(shell.client().call("DELETE", accounts_of(place->tenant) + "/" + account_segment(place->localpart)),
                    options.jid + " is removed, with all that it had.");
}

int switch_to(Shell& shell, const AccountOptions& options, const std::string& verb, const std::string& done) {
  const auto place = find_place(shell, options.jid);
  if (!place) return shell.fail(place.error());
  const std::string path = accounts_of(place->tenant) + "/" + account_segment(place->localpart) + "/" + verb;
  return shell.done(shell.client().call("POST", path), options.jid + done);
}

int disable(Shell& shell, const AccountOptions& options) {
  return switch_to(shell, options, "disable", " is disabled: its sessions have ended, and nobody can sign in to it.");
}

int enable(Shell& shell, const AccountOptions& options) {
  return switch_to(shell, options, "enable", " is enabled again.");
}

int list(Shell& shell, const AccountOptions& options) {
  const auto tenant = shell.find_tenant(options.domain);
  if (!tenant) return shell.fail(tenant.error());
  return shell.show_list(shell.client().list(accounts_of(*tenant), "accounts"), "accounts",
                         {"jid", "name", "role", "has_password", "disabled", "created"});
}

int test_push(Shell& shell, const AccountOptions& options) {
  const auto place = find_place(shell, options.jid);
  if (!place) return shell.fail(place.error());
  const std::string path = accounts_of(place->tenant) + "/" + account_segment(place->localpart) + "/push/test";
  return shell.show_list(shell.client().call_long("POST", path), "devices",
                         {"id", "name", "service", "result", "status", "detail"});
}

void run_on_parse(CLI::App& command, Shell& shell, const OptionsPtr& options,
                  int (*run)(Shell&, const AccountOptions&)) {
  command.callback(
      [&shell, options, run] { shell.command = [options, run](Shell& there) { return run(there, *options); }; });
}

}  // namespace

void add_account_commands(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("account", "The accounts of a tenant")->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<AccountOptions>();
  CLI::App* command = add_named(*group, "create", "Make an account", options);
  add_password(*command, options);
  command->add_option("--name", options->name, "What others see");
  run_on_parse(*command, shell, options, create);

  options = std::make_shared<AccountOptions>();
  command = add_named(*group, "passwd", "Set an account's password", options);
  add_password(*command, options);
  run_on_parse(*command, shell, options, passwd);

  options = std::make_shared<AccountOptions>();
  command = add_named(*group, "remove", "Remove an account and all that it has", options);
  run_on_parse(*command, shell, options, remove);

  options = std::make_shared<AccountOptions>();
  command = add_named(*group, "disable", "End an account's sessions, and let nobody sign in to it", options);
  run_on_parse(*command, shell, options, disable);

  options = std::make_shared<AccountOptions>();
  command = add_named(*group, "enable", "Let an account that was disabled sign in again", options);
  run_on_parse(*command, shell, options, enable);

  options = std::make_shared<AccountOptions>();
  command = add_named(*group, "test-push", "Send the account's devices a test push, and say what came of it", options);
  run_on_parse(*command, shell, options, test_push);

  options = std::make_shared<AccountOptions>();
  command = group->add_subcommand("list", "All accounts of a domain")->fallthrough();
  command->add_option("domain", options->domain, "The tenant's domain")->required();
  run_on_parse(*command, shell, options, list);
}

}  // namespace teahouse::cli
