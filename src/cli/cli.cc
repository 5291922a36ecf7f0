#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include "cli/shell.h"

namespace teahouse::cli {

int run_cli(int argc, char** argv) {
  Shell shell;
  CLI::App app(
      "Teahouse: IM servers for any number of sites. `teahouse serve --data DIR` runs the server; what follows talks "
      "to it.",
      "teahouse");
  app.set_version_flag("--version", TEAHOUSE_VERSION);
  app.add_option("--data", shell.place.data, "The server's data folder")->envname("TEAHOUSE_DATA");
  app.add_option("--url", shell.place.url, "The server's HTTP address, instead of --data")->envname("TEAHOUSE_URL");
  app.add_option("--key", shell.place.key, "The operator's key, or a reseller's, with --url")->envname("TEAHOUSE_KEY");
  app.add_option("--ca", shell.place.ca_file, "The certificate authority to trust (PEM), for an https --url");
  app.add_flag("--json", shell.json, "Print JSON");
  app.require_subcommand(1);
  app.fallthrough();
  add_tenant_commands(app, shell);
  add_account_commands(app, shell);
  add_plan_commands(app, shell);
  add_key_commands(app, shell);
  add_invite_commands(app, shell);
  add_service_commands(app, shell);
  add_component_commands(app, shell);
  add_domain_commands(app, shell);
  add_certificate_commands(app, shell);
  add_reseller_commands(app, shell);
  add_person_commands(app, shell);
  add_usage_command(app, shell);
  add_mail_command(app, shell);
  add_transfer_commands(app, shell);
  add_sign_up_commands(app, shell);
  // main.cc runs these; they stand here for --help.
  app.add_subcommand("serve", "Run the server");
  app.add_subcommand("backup", "Back up the whole house, while the server runs");
  app.add_subcommand("restore", "Make a house of a backup");
  app.add_subcommand("check", "Look at a DOMAIN from outside; or, with --data, read all that is stored for damage");
  const std::string first = argc > 1 ? argv[1] : "-";
  const auto commands = app.get_subcommands([&](const CLI::App* each) { return each->check_name(first); });
  if (!first.starts_with('-') && commands.empty()) {
    return shell.fail({ErrorKind::bad_request, "There is no command '" + first + "'. `teahouse --help` lists them."});
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? exit_good : exit_usage; }
  return shell.run();
}

}  // namespace teahouse::cli
