// `teahouse about xeps` and `teahouse about api`: what the program declares of itself, as JSON, for
// tools/generate_docs.py.
#pragma once

#include <string_view>

namespace teahouse {

// Prints it; the program's exit code.
int about(std::string_view what);

}  // namespace teahouse
