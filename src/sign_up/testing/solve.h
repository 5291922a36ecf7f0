// solve: a puzzle's answer, as the panel's page works it out. For tests.
#pragma once

#include <string>
#include <string_view>

#include "sign_up/puzzles.h"

namespace teahouse::sign_up::testing {

inline std::string solve(std::string_view puzzle, int bits = Puzzles::bits) {
  for (uint64_t answer = 0;; ++answer) {
    if (is_answer(puzzle, std::to_string(answer), bits)) return std::to_string(answer);
  }
}

}  // namespace teahouse::sign_up::testing
