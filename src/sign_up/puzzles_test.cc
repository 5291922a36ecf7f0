#include "sign_up/puzzles.h"

#include <gtest/gtest.h>

#include "sign_up/testing/solve.h"

namespace teahouse::sign_up::puzzles_test {
namespace {

using testing::solve;

TEST(Puzzles, AreSolvedByWorkAndOnce) {
  FakeClock clock;
  Puzzles puzzles(clock), others(clock);
  const std::string puzzle = puzzles.make(), answer = solve(puzzle);
  EXPECT_TRUE(puzzles.is_solved(puzzle, answer));
  EXPECT_FALSE(others.is_solved(puzzle, answer)) << "another server's";
  EXPECT_NE(puzzles.make(), puzzle);
  EXPECT_TRUE(puzzles.spend(puzzle));
  EXPECT_FALSE(puzzles.spend(puzzle));
  clock.advance_ms(Puzzles::good_ms);
  EXPECT_FALSE(puzzles.is_solved(puzzle, answer)) << "too old";
}

TEST(Puzzles, TakeNothingElse) {
  FakeClock clock;
  const Puzzles puzzles(clock);
  const std::string puzzle = puzzles.make(), answer = solve(puzzle);
  std::string later = puzzle;
  later[0] = '9';
  for (const std::string& other : {std::string(), std::string("."), std::string(".."), later, puzzle + "0",
                                   puzzle.substr(1), std::string(1000, '.'), puzzle.substr(0, puzzle.rfind('.') + 1)}) {
    EXPECT_FALSE(puzzles.is_solved(other, solve(other, 8))) << other;
  }
  for (const std::string& other : {std::string(), answer + " ", "+" + answer, "-" + answer, std::string(17, '0')}) {
    EXPECT_FALSE(puzzles.is_solved(puzzle, other)) << other;
  }
}

}  // namespace
}  // namespace teahouse::sign_up::puzzles_test
