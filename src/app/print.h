// Lines that a person asked for, on standard output.
#pragma once

#include <cstdio>
#include <string>

namespace teahouse {

inline void print(const std::string& line) { puts(line.c_str()); }

}  // namespace teahouse
