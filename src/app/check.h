// `teahouse check`: reads both planes through and reports what is damaged; `--take-out` gives up what is damaged. With
// a domain it looks at that instead (survey_command.h).
#pragma once

namespace teahouse {

// Gives the program's exit status: 0 where all is whole, 1 where something is not, 2 for wrong arguments.
int check(int argc, char** argv);

}  // namespace teahouse
