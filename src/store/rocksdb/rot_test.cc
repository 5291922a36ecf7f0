// A block of a table is rotten: a reader of its rows is told so, everybody else reads and writes on, also after
// restarts and when tables are put together. Two tenants, with a handful of tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <thread>

#include "store/rocksdb/key.h"
#include "store/rocksdb/rocksdb_check.h"
#include "store/rocksdb/set_aside.h"
#include "store/testing/rot_world.h"

namespace teahouse::store::rot_test {
namespace {

namespace fs = std::filesystem;

using Rot = RotWorld;
INSTANTIATE_TEST_SUITE_P(Rocksdb, Rot, ::testing::Values(Engine::rocksdb));

TEST_P(Rot, IsAnErrorForItsReadersAndNobodyElse) {
  append(0, rows);
  open();
  plane_.reset();
  const fs::path table = rot_at(mark(montague, 150));
  ::testing::internal::CaptureStderr();
  open();
  EXPECT_EQ(count(montague), -1);
  await_aside(montague);
  EXPECT_EQ(count(montague), -1);
  expect_others_go_on(rows);
  ArchiveQuery last;
  last.backwards = true;
  last.rows_max = 20;
  const auto whole = await_page(montague, last);  // what needs none of it
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->rows.size(), 20U);
  EXPECT_FALSE(testing::run(home_, plane_->archive(montague, "archive").find(home_, romeo, id_at(150))));
  EXPECT_TRUE(testing::run(home_, plane_->archive(montague, "archive").find(home_, romeo, id_at(50))));
  open();
  EXPECT_EQ(count(montague), -1) << "also after a restart";
  expect_told(::testing::internal::GetCapturedStderr(), table);
}

// Tables with it among them are put together, again and again.
TEST_P(Rot, StopsNoCompaction) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, 150));
  int64_t written = rows;
  for (int run = 0; run < 8; ++run, written += 10) {
    open();
    append(written, written + 10);
  }
  open();
  await_aside(montague);
  done(plane_->remove_tenant(home_, TenantId{9}));  // compacts: ends
  EXPECT_TRUE(finish_chores(*plane_));
  EXPECT_EQ(count(montague), -1);
  expect_others_go_on(written);
  open();
  EXPECT_EQ(count(montague), -1);
  EXPECT_EQ(count(capulet), written + 1);
}

TEST_P(Rot, IsFoundByTheScrubBeforeAnyReader) {
  append(0, rows);
  open();
  plane_.reset();
  const fs::path table = rot_at(mark(montague, 150));
  ::testing::internal::CaptureStderr();
  open(1 << 30);
  await_kept(1);
  plane_.reset();
  expect_told(::testing::internal::GetCapturedStderr(), table);
}

// Rows are removed without being read, in a commit with others'.
TEST_P(Rot, FailsNoCommit) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, 150));
  open();
  plane_->archive(montague, "archive").remove_all(romeo);
  plane_->archive(montague, "archive").remove(romeo, id_at(150));
  done(plane_->wait(home_, append_one(capulet, rows)));
  EXPECT_EQ(count(capulet), rows + 1);
}

TEST_P(Rot, RowsThatCameLaterAreNotHidden) {
  append(0, rows);
  const auto append_now = [&](int64_t at_ms) {
    ArchiveIdMaker maker(plane_->arrivals(), 0);
    done(plane_->wait(home_,
                      plane_->archive(montague, "archive")
                          .append(romeo, {maker.make(noon_ms + at_ms).id, nurse, "<message/>", noon_ms + at_ms})));
  };
  append_now(rows);
  open();
  plane_.reset();
  rot_at(mark(montague, rows - 1));  // the block that these rows end in
  open();
  EXPECT_EQ(count(montague), -1);
  await_aside(montague);
  append_now(day_ms);
  append_now(day_ms + 1);
  ArchiveQuery last;
  last.backwards = true;
  last.rows_max = 2;
  const auto found = await_page(montague, last);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(times(*found), (Times{day_ms, day_ms + 1}));
  last.rows_max = 3;
  EXPECT_FALSE(page(montague, last));
}

TEST_P(Rot, GoesWithItsTenant) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, 150));
  open();
  EXPECT_EQ(count(montague), -1);
  await_aside(montague);
  done(plane_->remove_tenant(home_, montague));
  EXPECT_TRUE(finish_chores(*plane_));
  EXPECT_EQ(kept(), 0U);
  EXPECT_EQ(count(montague), 0);
  expect_others_go_on(rows);
}

// Also where nobody has met it before.
TEST_P(Rot, ThatOnlyTheRemovalMeetsGoesWithItsTenant) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, 150));
  open();
  done(plane_->remove_tenant(home_, montague));
  EXPECT_TRUE(finish_chores(*plane_));
  EXPECT_EQ(kept(), 0U);
  EXPECT_EQ(count(montague), 0);
  expect_others_go_on(rows);
}

// A sum is added to: what is there of it may be only what came later.
TEST_P(Rot, ASumThatItMayHaveHeldIsAnErrorAlsoWhenItWasAddedTo) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, rows - 1));  // the block that these rows end in, before the sum
  open();
  EXPECT_EQ(count(montague), -1);
  await_aside(montague);
  done(plane_->wait(home_, append_one(montague, rows)));
  EXPECT_FALSE(testing::run(home_, plane_->count_bytes(home_, montague, "archive")));
}

// A backup that shares the file, as cp -al makes it.
TEST_P(Rot, IsNotBlankedInAFileWithOtherNames) {
  append(0, rows);
  open();
  plane_.reset();
  const fs::path table = rot_at(mark(montague, 150)), other = directory_.path() + "/other";
  const std::string bytes = read(table);
  fs::create_hard_link(table, other);
  open();
  EXPECT_EQ(count(montague), -1);
  await_kept(1);  // the mark for the next start
  EXPECT_EQ(count(capulet), rows);
  EXPECT_FALSE(check_rocksdb(data_)->losses.front().set_aside);
  EXPECT_EQ(read(table), bytes);
  open();
  await_aside(montague);
  EXPECT_NE(read(table), bytes);
  EXPECT_EQ(read(other), bytes);
  expect_others_go_on(rows);
}

// The good data blocks behind a rotten index are found nowhere else any more.
TEST_P(Rot, OfAnIndexKeepsTheWholeTable) {
  append(0, rows);
  open();
  plane_.reset();
  const fs::path table = tables().front();
  flip(table, read(table).find("rocksdb.block.based.table.index.type") - 100);  // the index ends there
  const std::string bytes = read(table);
  open(1 << 30);
  await_kept(1);
  plane_.reset();
  open();
  EXPECT_EQ(read(data_ + "/lost/" + table.filename().string()), bytes);
}

TEST_P(Rot, OfATablesEndIsSetAsideByTheNextStart) {
  append(0, rows);
  open();
  append(rows, rows + 10);
  open();
  const fs::path table = tables().front();
  flip(table, fs::file_size(table) - 3);
  const fs::path mark = data_ + "/lost/" + table.filename().string() + ".at-start";
  fs::create_directories(mark.parent_path());
  std::ofstream(mark).flush();
  open();
  EXPECT_FALSE(fs::exists(mark));
  EXPECT_TRUE(fs::exists(data_ + "/lost/" + table.filename().string()));
  EXPECT_EQ(count(montague), -1);
}

// RocksDB opens sixteen tables at a start: the newest and the oldest.
TEST_P(Rot, OfTheEndOfATableThatNoStartOpensStopsNoCompactionForEver) {
  append(0, rows);
  plane_.reset();
  make_tables(24);
  const fs::path table = tables().at(12);
  flip(table, fs::file_size(table) - 3);
  open();
  await_kept(1);  // marked, or set aside already as the first reads have met it
  open();
  EXPECT_TRUE(fs::exists(data_ + "/lost/" + table.filename().string()));
  done(plane_->remove_tenant(home_, TenantId{9}));  // compacts: ends
  EXPECT_TRUE(finish_chores(*plane_));
  EXPECT_FALSE(fs::exists(table));
  expect_others_go_on(rows);
}

// As a backup of it leaves out.
TEST_P(Rot, OfATableThatWasReplacedStopsNoCompactionAlsoWithoutItsCopy) {
  append(0, rows);
  plane_.reset();
  make_tables(24);
  const fs::path table = tables().at(12);
  flip(table, fs::file_size(table) - 3);
  {
    const auto db = open_raw();
    rocks::TableDisk disk(table);
    ASSERT_TRUE(*disk.open());
    const auto check = disk.check({rocks::tenant_prefix(montague), rocks::tenant_prefix(capulet)}, [](size_t) {});
    ASSERT_TRUE(rocks::set_aside_alone(*db, disk, table.filename(), check));
  }
  fs::remove_all(data_ + "/lost");
  open();
  done(plane_->remove_tenant(home_, TenantId{9}));  // compacts: ends
  EXPECT_TRUE(finish_chores(*plane_));
  EXPECT_FALSE(fs::exists(table));
}

TEST_P(Rot, IsToldAlsoWhereGivingItUpFails) {
  append(0, rows);
  open();
  plane_.reset();
  const fs::path table = rot_at(mark(montague, 150));
  const std::string bytes = read(table);
  std::ofstream(data_ + "/lost") << "in the way";
  const auto taken = take_out_rocksdb(data_, settings());
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_NE(taken->failed, "");
  EXPECT_EQ(taken->losses.size(), 1U);
  EXPECT_EQ(read(table), bytes);
}

// Each byte of a table in turn, a few hundred of them: whatever is rotten, the others' rows that are not in it are
// read.
TEST_P(Rot, IsContainedWhereverItIs) {
  append(0, rows);
  open();
  plane_.reset();
  ASSERT_EQ(tables().size(), 1U);
  const fs::path whole = data_, copy = directory_.path() + "/copy";
  fs::copy(whole, copy, fs::copy_options::recursive);
  const auto size = fs::file_size(tables().front());
  int places = 0, of_both = 0;
  ::testing::internal::CaptureStderr();
  for (uintmax_t at = 7; at < size; at += at < size - 2500 ? size / 30 : 101) {  // densely where all else is led to
    flip(tables().front(), at);
    for (int start = 0; start < 2; ++start) {
      open();
      const int64_t of_montague = count(montague), of_capulet = count(capulet);
      EXPECT_TRUE(of_montague == rows || of_montague == -1) << at << ": " << of_montague;
      EXPECT_TRUE(of_capulet == rows || of_capulet == -1) << at << ": " << of_capulet;
      ++places;
      if (of_montague == -1 && of_capulet == -1 && at < size - 2500) ++of_both;
      done(plane_->wait(home_, plane_->archive(capulet, "archive").append(nurse, make_row(start, romeo))));
      done(plane_->remove_tenant(home_, TenantId{9}));  // compacts
      EXPECT_TRUE(finish_chores(*plane_));
    }
    plane_.reset();
    fs::remove_all(whole);
    fs::copy(copy, whole, fs::copy_options::recursive);
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_LE(of_both, places / 10) << "but for a block with the rows of both";
}

TEST_P(Rot, IsToldAndGivenUp) {
  append(0, rows);
  open();
  plane_.reset();
  EXPECT_TRUE(check_rocksdb(data_)->whole());
  const fs::path table = rot_at(mark(montague, 150));
  const auto bytes = read(table);
  const auto found = check_rocksdb(data_);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->losses.size(), 1U);
  const Loss& loss = found->losses.front();
  EXPECT_EQ(loss.first.tenant, montague);
  EXPECT_EQ(loss.last.tenant, montague);
  EXPECT_EQ(loss.first.store, "archive");
  EXPECT_EQ(loss.first.owner, romeo);
  EXPECT_EQ(loss.file, table.filename().string());
  EXPECT_EQ(read(table), bytes) << "a check changes nothing";
  EXPECT_EQ(kept(), 0U);
  const auto taken = take_out_rocksdb(data_, settings());
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(taken->losses.size(), 1U);
  EXPECT_EQ(kept(), 1U);
  EXPECT_TRUE(check_rocksdb(data_)->whole());
  open();
  EXPECT_EQ(count(montague), rows - static_cast<int64_t>(loss.rows));
  EXPECT_EQ(count(capulet), rows);
  const auto in_use = check_rocksdb(data_);
  EXPECT_TRUE(in_use->in_use);
  EXPECT_THAT(in_use->faults, ::testing::IsEmpty());
  EXPECT_TRUE(in_use->losses.empty());
  EXPECT_FALSE(take_out_rocksdb(data_, settings())) << "a plane in use";
}

TEST_P(Rot, WhatAServerSetAsideIsToldAndGivenUp) {
  append(0, rows);
  open();
  plane_.reset();
  rot_at(mark(montague, 150));
  open();
  await_aside(montague);
  EXPECT_EQ(check_rocksdb(data_)->losses.size(), 1U) << "also while it runs";
  plane_.reset();
  const auto taken = take_out_rocksdb(data_, settings());
  ASSERT_TRUE(taken) << taken.error().text;
  ASSERT_EQ(taken->losses.size(), 1U);
  EXPECT_TRUE(taken->losses.front().set_aside);
  EXPECT_TRUE(check_rocksdb(data_)->whole());
  open();
  EXPECT_EQ(count(montague), rows - static_cast<int64_t>(taken->losses.front().rows));
  EXPECT_EQ(count(capulet), rows);
}

// The end of a table leads to all else of it.
TEST_P(Rot, ATableThatCannotBeOpenedIsToldAndGivenUp) {
  append(0, rows);
  open();
  append(rows, rows + 10);
  open();
  plane_.reset();
  ASSERT_EQ(tables().size(), 2U);
  const fs::path table = tables().front();
  flip(table, fs::file_size(table) - 3);
  EXPECT_EQ(check_rocksdb(data_)->losses.size(), 1U);
  const auto taken = take_out_rocksdb(data_, settings());
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(taken->losses.size(), 1U);
  EXPECT_TRUE(fs::exists(data_ + "/lost/" + table.filename().string()));
  EXPECT_TRUE(check_rocksdb(data_)->whole());
  for (int start = 0; start < 2; ++start) {
    open();
    EXPECT_EQ(count(montague), 10);
    EXPECT_EQ(count(capulet), 10);
  }
}

}  // namespace
}  // namespace teahouse::store::rot_test
