#include "store/commit_board.h"

#include <gtest/gtest.h>

#include "base/testing/run_task.h"

namespace teahouse::store::commit_board_test {
namespace {

constexpr Lsn lsn_of(uint64_t number) { return static_cast<Lsn>(number); }

TEST(CommitBoard, TellsInTheOrderOfLsns) {
  CommitBoard board(lsn_of(10));
  std::vector<int> told;
  board.when(lsn_of(12), [&](Result<void> done) { told.push_back(done ? 12 : -12); });
  board.when(lsn_of(11), [&](Result<void> done) { told.push_back(done ? 11 : -11); });
  board.when(lsn_of(10), [&](Result<void> done) { told.push_back(done ? 10 : -10); });
  EXPECT_EQ(told, (std::vector<int>{10}));
  board.advance(lsn_of(11));
  EXPECT_EQ(told, (std::vector<int>{10, 11}));
  board.advance(lsn_of(12));
  EXPECT_EQ(told, (std::vector<int>{10, 11, 12}));
}

TEST(CommitBoard, KeepsNobodyWaitingWhileCommitsAreInterrupted) {
  CommitBoard board(lsn_of(10));
  std::vector<int> told;
  const auto ask = [&](int lsn) {
    board.when(lsn_of(lsn), [&told, lsn](Result<void> done) { told.push_back(done ? lsn : -lsn); });
  };
  ask(11);
  board.interrupt({ErrorKind::storage_failing, "no disk"});
  ask(11);
  ask(10);
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10}));
  board.advance(lsn_of(11));  // on disk after all
  board.resume();
  ask(11);
  ask(12);
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10, 11}));
  board.advance(lsn_of(12));
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10, 11, 12}));
}

TEST(CommitBoard, ForgottenWatchersAreNotCalled) {
  testing::QueueExecutor home;
  CommitBoard board;
  int told = 0;
  board.watch(home, [&](Lsn) { ++told; });
  board.advance(lsn_of(1));
  board.forget_watchers();  // while a call is in flight
  board.advance(lsn_of(2));
  home.run_ready();
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace teahouse::store::commit_board_test
