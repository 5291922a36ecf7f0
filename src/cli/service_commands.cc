#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct ServiceOptions {
  std::string tenant, type, host, transport, name, username, expires, id;
  int64_t port = 0, lasts_s = 0;
  bool restricted = false, has_secret = false;
};
using ServiceOptionsPtr = std::shared_ptr<ServiceOptions>;

std::string path_of(const ServiceOptions& options) {
  return "/tenants/" + escape_segment(options.tenant) + "/services";
}

int add(Shell& shell, const ServiceOptions& options) {
  json::object body = {{"type", options.type}, {"host", options.host}, {"restricted", options.restricted}};
  for (const auto& [name, text] : {std::pair("transport", &options.transport), std::pair("name", &options.name),
                                   std::pair("username", &options.username), std::pair("expires", &options.expires)}) {
    if (!text->empty()) body[name] = *text;
  }
  if (options.port != 0) body["port"] = options.port;
  if (options.lasts_s != 0) body["lasts_s"] = options.lasts_s;
  if (options.has_secret || !options.username.empty()) {
    const auto read = read_password();
    if (!read) return shell.fail(read.error());
    body[options.has_secret ? "secret" : "password"] = *read;
  }
  return shell.show(shell.client().call("POST", path_of(options), json::serialize(body)));
}

int list(Shell& shell, const ServiceOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options)), "services",
                         {"id", "type", "host", "port", "transport", "credentials", "restricted", "name"});
}

int remove(Shell& shell, const ServiceOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options) + "/" + escape_segment(options.id)),
                    "Nobody is told of service " + options.id + " any more.");
}

}  // namespace

void add_service_commands(CLI::App& app, Shell& shell) {
  CLI::App* services =
      app.add_subcommand("service", "STUN and TURN servers and the like for a tenant's users (XEP-0215)")
          ->require_subcommand(1)
          ->fallthrough();
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* adding = add_tenant_verb(*services, shell, "add", "Tell a tenant's users of a service", options, add);
  adding->add_option("type", options->type, "What it is: stun, turn, turns, ...")->required();
  adding->add_option("host", options->host, "Its domain or address")->required();
  adding->add_option("--port", options->port, "Its port");
  adding->add_option("--transport", options->transport, "udp or tcp");
  adding->add_option("--name", options->name, "What people call it");
  adding->add_flag(
      "--secret", options->has_secret,
      "Make credentials for each user, by a secret that the service shares; it is read from standard input");
  adding->add_option("--lasts", options->lasts_s, "For how many seconds those are good (a day if not given)");
  adding->add_option("--username", options->username, "A user name for all; its password is read from standard input");
  adding->add_option("--expires", options->expires, "When that runs out, as 2027-01-31T12:00:00Z");
  adding->add_flag("--restricted", options->restricted, "Give credentials to those alone who ask for them");
  add_tenant_verb(*services, shell, "list", "Those that there are", std::make_shared<ServiceOptions>(), list);
  options = std::make_shared<ServiceOptions>();
  add_tenant_verb(*services, shell, "remove", "Tell nobody of one any more", options, remove)
      ->add_option("id", options->id, "Its number")
      ->required();
}

}  // namespace teahouse::cli
