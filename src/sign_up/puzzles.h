// Puzzles: the work that an order proves, so that a program that makes thousands of them pays for each.
//
// A puzzle is a text that this server has sealed, with the time until which it is good. Its answer is a number: the
// SHA-256 of the puzzle, a colon and the number in decimal digits begins with `bits` zero bits. Nothing is kept of a
// puzzle before it is spent.
//
// Thread: any. Limits: good for 10 minutes and once; 20,000 that are spent are remembered, and while there are so many
// none is taken.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace teahouse::sign_up {

class Puzzles {
 public:
  static constexpr int bits = 16;  // 65,536 tries on the average: a fraction of a second of a telephone
  static constexpr int64_t good_ms = 10 * 60 * 1000;
  static constexpr size_t spent_max = 20'000;

  explicit Puzzles(const Clock& clock);
  std::string make() const;
  // Whether the answer is the puzzle's, and that is still good.
  bool is_solved(std::string_view puzzle, std::string_view answer) const;
  // False where it was spent before. REQUIRES: it is solved.
  bool spend(std::string_view puzzle);

 private:
  std::string seal(std::string_view text) const;
  int64_t end_of(std::string_view puzzle) const;  // 0: it is none of ours

  const Clock& clock_;
  const std::string key_;
  std::mutex mutex_;                                // of what follows
  std::unordered_map<std::string, int64_t> spent_;  // with the ends of their time
};

// Whether the hash of the two begins with so many zero bits.
bool is_answer(std::string_view puzzle, std::string_view answer, int bits);

}  // namespace teahouse::sign_up
