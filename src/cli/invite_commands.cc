#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct InviteOptions {
  std::string tenant, user, username, id;
  int64_t lasts_s = 0;
  bool contact_alone = false;
};
using InviteOptionsPtr = std::shared_ptr<InviteOptions>;

std::string path_of(const InviteOptions& options) { return "/tenants/" + escape_segment(options.tenant) + "/invites"; }

int create(Shell& shell, const InviteOptions& options) {
  json::object body = {{"account", !options.contact_alone}};
  if (!options.user.empty()) body["user"] = options.user;
  if (!options.username.empty()) body["username"] = options.username;
  if (options.lasts_s != 0) body["lasts_s"] = options.lasts_s;
  return shell.show(shell.client().call("POST", path_of(options), json::serialize(body)));
}

int list(Shell& shell, const InviteOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options)), "invites",
                         {"id", "user", "username", "account", "contact", "expires"});
}

int revoke(Shell& shell, const InviteOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options) + "/" + escape_segment(options.id)),
                    "Nobody can use invitation " + options.id + " any more.");
}

}  // namespace

void add_invite_commands(CLI::App& app, Shell& shell) {
  CLI::App* invites = app.add_subcommand("invite", "Invitations into a tenant")->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<InviteOptions>();
  CLI::App* make = add_tenant_verb(*invites, shell, "create",
                                   "Invite somebody; the address is shown now and never again", options, create);
  make->add_option("--user", options->user, "The user who invites, and becomes a contact");
  make->add_option("--username", options->username, "The name that is kept for the account");
  make->add_option("--lasts", options->lasts_s, "For how many seconds it can be used (7 days if not given)");
  make->add_flag("--contact-alone", options->contact_alone, "It makes a contact of the user, and no account");
  add_tenant_verb(*invites, shell, "list", "Those that are open", std::make_shared<InviteOptions>(), list);
  options = std::make_shared<InviteOptions>();
  add_tenant_verb(*invites, shell, "revoke", "Take one back", options, revoke)
      ->add_option("id", options->id, "The invitation's number")
      ->required();
}

}  // namespace teahouse::cli
