// `teahouse check`: reads both planes through and reports what is damaged; `--take-out` gives up what can't be read.
#pragma once

namespace teahouse {

// What the program ends with: 0 where all is whole, 1 where something is not, 2 for wrong arguments.
int check(int argc, char** argv);

}  // namespace teahouse
