// `teahouse backup` and `teahouse restore`. Each gives the program's exit code.
#pragma once

namespace teahouse {

int backup_command(int argc, char** argv);
int restore_command(int argc, char** argv);

}  // namespace teahouse
