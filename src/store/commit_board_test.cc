#include "store/commit_board.h"

#include <gtest/gtest.h>

#include "base/testing/run_task.h"

namespace teahouse::store {
namespace {

TEST(CommitBoard, TellsInTheOrderOfLsns) {
  CommitBoard board(10);
  std::vector<int> told;
  board.when(12, [&](Result<void> done) { told.push_back(done ? 12 : -12); });
  board.when(11, [&](Result<void> done) { told.push_back(done ? 11 : -11); });
  board.when(10, [&](Result<void> done) { told.push_back(done ? 10 : -10); });
  EXPECT_EQ(told, (std::vector<int>{10}));
  board.advance(11);
  EXPECT_EQ(told, (std::vector<int>{10, 11}));
  board.advance(12);
  EXPECT_EQ(told, (std::vector<int>{10, 11, 12}));
}

TEST(CommitBoard, KeepsNobodyWaitingWhileCommitsAreInterrupted) {
  CommitBoard board(10);
  std::vector<int> told;
  const auto ask = [&](int lsn) {
    board.when(static_cast<Lsn>(lsn), [&told, lsn](Result<void> done) { told.push_back(done ? lsn : -lsn); });
  };
  ask(11);
  board.interrupt({ErrorKind::storage_failing, "no disk"});
  ask(11);
  ask(10);
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10}));
  board.advance(11);  // on disk after all
  board.resume();
  ask(11);
  ask(12);
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10, 11}));
  board.advance(12);
  EXPECT_EQ(told, (std::vector<int>{-11, -11, 10, 11, 12}));
}

TEST(CommitBoard, ForgottenWatchersAreNotCalled) {
  testing::QueueExecutor home;
  CommitBoard board;
  int told = 0;
  board.watch(home, [&](Lsn) { ++told; });
  board.advance(1);
  board.forget_watchers();  // while a call is in flight
  board.advance(2);
  home.run_ready();
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace teahouse::store
