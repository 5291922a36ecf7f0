#include <CLI/CLI.hpp>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

struct CertificateOptions {
  std::string tenant, domain;
};

std::string path_of(const CertificateOptions& options) {
  return "/tenants/" + escape_segment(options.tenant) + "/certificates";
}

int list(Shell& shell, const CertificateOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options)), "certificates",
                         {"domain", "state", "not_after", "renews", "next_try", "told"});
}

int renew(Shell& shell, const CertificateOptions& options) {
  return shell.done(shell.client().call("POST", path_of(options) + "/" + escape_segment(options.domain) + "/renew"),
                    "A certificate for " + options.domain + " is asked for; `teahouse certificate list` tells more.");
}

}  // namespace

void add_certificate_commands(CLI::App& app, Shell& shell) {
  CLI::App* group =
      app.add_subcommand("certificate", "Certificates of a tenant's domains")->require_subcommand(1)->fallthrough();
  const auto of_list = std::make_shared<CertificateOptions>();
  add_tenant_verb(*group, shell, "list", "Those that there are, and those that are asked for", of_list, list);
  const auto options = std::make_shared<CertificateOptions>();
  CLI::App* command = add_tenant_verb(*group, shell, "renew", "Ask the authority for one now", options, renew);
  command->add_option("domain", options->domain, "As shop.example")->required();
}

}  // namespace teahouse::cli
