#include <string_view>

#include "app/about.h"
#include "app/backup_command.h"
#include "app/check.h"
#include "app/server.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "serve") return teahouse::serve(argc, argv);
  if (command == "backup") return teahouse::backup_command(argc, argv);
  if (command == "restore") return teahouse::restore_command(argc, argv);
  if (command == "check") return teahouse::check(argc, argv);
  if (command == "about") return teahouse::about(argc > 2 ? argv[2] : "");
  return teahouse::cli::run_cli(argc, argv);
}
