#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct KeyOptions {
  std::string tenant, label, id;
};
using KeyOptionsPtr = std::shared_ptr<KeyOptions>;

std::string path_of(const KeyOptions& options) { return "/tenants/" + escape_segment(options.tenant); }

int create(Shell& shell, const KeyOptions& options) {
  const json::object body = {{"label", options.label}};
  return shell.show(shell.client().call("POST", path_of(options) + "/keys", json::serialize(body)));
}

int list(Shell& shell, const KeyOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options) + "/keys"), "keys",
                         {"id", "hint", "label", "created", "last_used"});
}

int revoke(Shell& shell, const KeyOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options) + "/keys/" + escape_segment(options.id)),
                    "Key " + options.id + " is revoked.");
}

int rotate(Shell& shell, const KeyOptions& options) {
  return shell.show(shell.client().call("POST", path_of(options) + "/signing-secrets"));
}

}  // namespace

void add_key_commands(CLI::App& app, Shell& shell) {
  CLI::App* keys = app.add_subcommand("key", "A tenant's API keys")->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<KeyOptions>();
  add_tenant_verb(*keys, shell, "create", "Make a key; it is shown now and never again", options, create)
      ->add_option("--label", options->label, "What it is for");
  add_tenant_verb(*keys, shell, "list", "All keys, without what they are", std::make_shared<KeyOptions>(), list);
  options = std::make_shared<KeyOptions>();
  add_tenant_verb(*keys, shell, "revoke", "End a key at once", options, revoke)
      ->add_option("id", options->id, "The key's number")
      ->required();

  CLI::App* secrets = app.add_subcommand("secret", "A tenant's signing secrets")->require_subcommand(1)->fallthrough();
  add_tenant_verb(*secrets, shell, "rotate", "Make a new signing secret; with the newest before it, it is valid",
                  std::make_shared<KeyOptions>(), rotate);
}

}  // namespace teahouse::cli
