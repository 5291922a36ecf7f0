// add_tenant_verb: a command of a group that is about one tenant, as `teahouse key revoke shop ...`.
//
// Thread: one, while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/shell.h"

namespace teahouse::cli {

// Its first argument is options->tenant; what else it takes is added to what this gives. Chosen, it is `run`.
template <class Options>
CLI::App* add_tenant_verb(CLI::App& group, Shell& shell, const char* verb, const char* text,
                          const std::shared_ptr<Options>& options, int (*run)(Shell&, const Options&)) {
  CLI::App* command = group.add_subcommand(verb, text)->fallthrough();
  command->add_option("tenant", options->tenant, "The tenant's name")->required();
  command->callback(
      [&shell, options, run] { shell.command = [options, run](Shell& there) { return run(there, *options); }; });
  return command;
}

}  // namespace teahouse::cli
