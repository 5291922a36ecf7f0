#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct ComponentOptions {
  std::string tenant, domain, permissions;
};
using ComponentOptionsPtr = std::shared_ptr<ComponentOptions>;

std::string path_of(const ComponentOptions& options) {
  return "/tenants/" + escape_segment(options.tenant) + "/components";
}

int add(Shell& shell, const ComponentOptions& options) {
  const json::object body = {{"domain", options.domain}};
  return shell.show(shell.client().call("POST", path_of(options), json::serialize(body)));
}

int list(Shell& shell, const ComponentOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options)), "components", {"domain", "secret_made"});
}

int rotate(Shell& shell, const ComponentOptions& options) {
  return shell.show(shell.client().call("POST", path_of(options) + "/" + escape_segment(options.domain) + "/secret"));
}

int allow(Shell& shell, const ComponentOptions& options) {
  return shell.show(shell.client().call("PUT", path_of(options) + "/" + escape_segment(options.domain) + "/permissions",
                                        options.permissions));
}

int remove(Shell& shell, const ComponentOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options) + "/" + escape_segment(options.domain)),
                    options.domain + " is no component any more.");
}

CLI::App* add_command(CLI::App& group, Shell& shell, const char* verb, const char* text,
                      int (*run)(Shell&, const ComponentOptions&), bool of_one) {
  const auto options = std::make_shared<ComponentOptions>();
  CLI::App* command = add_tenant_verb(group, shell, verb, text, options, run);
  if (of_one) command->add_option("domain", options->domain, "Its name, as irc.shop.example")->required();
  return command;
}

void add_allow_command(CLI::App& group, Shell& shell) {
  const auto options = std::make_shared<ComponentOptions>();
  CLI::App* command = add_tenant_verb(
      group, shell, "allow", "Say what it may do in the name of accounts (XEP-0356), instead of what was said before",
      options, allow);
  command->add_option("domain", options->domain, "Its name, as pubsub.shop.example")->required();
  command
      ->add_option("permissions", options->permissions,
                   R"(As {"roster": "both", "message": "outgoing", "presence": "roster"}; {} for none)")
      ->required();
}

}  // namespace

void add_component_commands(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("component", "Programs that answer for a host of a tenant (XEP-0114)")
                        ->require_subcommand(1)
                        ->fallthrough();
  add_command(*group, shell, "add", "Make one; its secret is shown now and never again", add, true);
  add_command(*group, shell, "list", "Those that there are", list, false);
  add_command(*group, shell, "secret", "Make another secret; the one from before ends now", rotate, true);
  add_allow_command(*group, shell);
  add_command(*group, shell, "remove", "Remove one; it is disconnected", remove, true);
}

}  // namespace teahouse::cli
