#include <string_view>

#include "app/server.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "serve") return teahouse::serve(argc, argv);
  return teahouse::cli::run_cli(argc, argv);
}
