// The memtable within a RocksDB of its own, so that its calls come as RocksDB makes them, beside a std::map.
#include "store/rocksdb/memtable.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/rocksdb/key.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store::rocks::memtable_test {
namespace {

using Rows = std::map<std::string, std::string>;

class Memtable : public ::testing::Test {
 protected:
  Memtable() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.allow_concurrent_memtable_write = false;
    options.memtable_factory = make_memtable_factory();
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory_.path(), &opened).ok());
    db_.reset(opened);
  }

  uint64_t pick(uint64_t below) { return random_() % below; }
  StoreId store() { return {pick(2) ? TenantId(7) : TenantId(8), pick(2) ? "archive" : "archiv"}; }
  std::string person() { return std::string("aaab").substr(pick(4), 1 + pick(2)); }
  // Rows and what may lie around them; and what is only sought.
  std::string some_key() {
    const StoreId whose = store();
    switch (pick(5)) {
      case 0: return value_key(whose, person());
      case 1: return entry_key(whose, person(), person());
      case 2: return pair_key(whose, person(), person(), ArchiveId{pick(3) << span_shift});
      default: return row_key(whose, person(), ArchiveId{pick(40)});
    }
  }
  std::string some_place() {
    const StoreId whose = store();
    switch (pick(6)) {
      case 0: return prefix_end(part_prefix(Kind::row, whose, person()));
      case 1: return part_prefix(Kind::row, whose, person());
      case 2: return tenant_prefix(whose.tenant);
      default: return some_key();
    }
  }
  void write_some(Rows& rows) {
    const std::string key = some_key();
    if (pick(4) == 0) {
      rows.erase(key);
      ASSERT_TRUE(db_->Delete({}, key).ok());
    } else {
      rows[key] = std::to_string(random_());
      ASSERT_TRUE(db_->Put({}, key, rows[key]).ok());
    }
  }
  static void expect_at(const rocksdb::Iterator& at, const Rows& rows, Rows::const_iterator row) {
    ASSERT_EQ(at.Valid(), row != rows.end());
    if (!at.Valid()) return;
    ASSERT_EQ(at.key().ToString(), row->first);
    ASSERT_EQ(at.value().ToString(), row->second);
  }

  testing::TempDirectory directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::mt19937_64 random_{1};  // NOLINT(cert-msc51-cpp): the same histories each time
};

// An iterator sees what was there when it was made, while others are put before, between and behind.
TEST_F(Memtable, WalksBothWaysWhileItIsWritten) {
  Rows rows;
  for (int round = 0; round < 300; ++round) {
    for (uint64_t i = pick(20); i > 0; --i) ASSERT_NO_FATAL_FAILURE(write_some(rows));
    const Rows seen = rows;
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    auto row = seen.begin();
    at->SeekToFirst();
    for (int step = 0; step < 60; ++step) {
      ASSERT_NO_FATAL_FAILURE(expect_at(*at, seen, row));
      ASSERT_NO_FATAL_FAILURE(write_some(rows));
      const uint64_t way = row == seen.end() ? 4 + pick(4) : pick(8);
      const std::string place = some_place();
      if (way < 2) {
        at->Next();
        ++row;
      } else if (way < 4) {
        at->Prev();
        row = row == seen.begin() ? seen.end() : std::prev(row);
      } else if (way == 4) {
        at->Seek(place);
        row = seen.lower_bound(place);
      } else if (way == 5) {
        at->SeekForPrev(place);
        row = seen.upper_bound(place);
        row = row == seen.begin() ? seen.end() : std::prev(row);
      } else if (way == 6) {
        at->SeekToLast();
        row = seen.empty() ? seen.end() : std::prev(seen.end());
      } else {
        at->SeekToFirst();
        row = seen.begin();
      }
    }
    std::string value;
    for (const auto& [key, expected] : rows) {
      ASSERT_TRUE(db_->Get({}, key, &value).ok());
      ASSERT_EQ(value, expected);
    }
    while (true) {
      const std::string absent = some_key();
      if (rows.contains(absent)) continue;
      ASSERT_TRUE(db_->Get({}, absent, &value).IsNotFound());
      break;
    }
    if (round % 100 == 99) { ASSERT_TRUE(db_->Flush({}).ok()); }
  }
}

TEST_F(Memtable, IsReadByOtherThreadsWhileItIsWritten) {
  constexpr uint64_t owners = 4, ids = 3000;
  const StoreId whose{TenantId(7), "archive"};
  const auto owner = [](uint64_t i) { return "owner" + std::to_string(i); };
  std::atomic<bool> over = false;
  std::vector<std::thread> readers;
  readers.reserve(2);
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
        std::string last;
        for (at->SeekToFirst(); at->Valid(); at->Next()) {
          ASSERT_LT(last, at->key().ToString());
          last = at->key().ToString();
        }
        for (at->SeekToLast(); at->Valid(); at->Prev()) {
          ASSERT_GE(last, at->key().ToString());
          last = at->key().ToString();
        }
      }
    });
  }
  for (uint64_t id = 1; id <= ids; ++id) {  // even ones late, before others
    const uint64_t placed = id % 2 || id < 100 ? id : id - 99;
    for (uint64_t i = 0; i < owners; ++i)
      ASSERT_TRUE(db_->Put({}, row_key(whose, owner(i), ArchiveId{placed}), "x").ok());
  }
  over = true;
  for (auto& reader : readers) reader.join();
}

// RocksDB seals a table on what it says that it holds.
TEST_F(Memtable, CountsItsMemory) {
  const auto held = [this] {
    uint64_t bytes = 0;
    EXPECT_TRUE(db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes));
    return bytes;
  };
  const uint64_t before = held();
  for (uint64_t i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(db_->Put({}, value_key({TenantId(7), "kv"}, std::to_string(i)), "x").ok());
  }
  EXPECT_GE(held() - before, 20'000U * 250);  // a run each
}

}  // namespace
}  // namespace teahouse::store::rocks::memtable_test
