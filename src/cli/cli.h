// The command line: every `teahouse` sub-command but `serve`, as a client of the operator API.
#pragma once

namespace teahouse::cli {

// Runs the command; the program's exit code: 0 done, 1 the server refused (its sentence is on standard error), 2 wrong
// usage, 3 no server.
int run_cli(int argc, char** argv);

}  // namespace teahouse::cli
