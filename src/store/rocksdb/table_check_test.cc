// The parts of a table that are rot, and those that are not to be touched; how rot is kept, and replaced.
#include "store/rocksdb/table_check.h"

#include <gtest/gtest.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/table_disk.h"
#include "store/testing/temp_directory.h"

extern "C" uint64_t ROCKSDB_XXH3_64bits(const void* bytes, size_t size);

namespace teahouse::store::rocks::table_check_test {
namespace {

namespace fs = std::filesystem;

class Table : public ::testing::Test {
 protected:
  void SetUp() override {
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), make_options());
    ASSERT_TRUE(writer.Open(path_).ok());
    for (int i = 1000; i < 1300; ++i) ASSERT_TRUE(writer.Put("key" + std::to_string(i), random_token(400)).ok());
    ASSERT_TRUE(writer.Finish().ok());
    bytes_ = read(path_);
  }
  static std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write() const { std::ofstream(path_, std::ios::binary) << bytes_; }
  // Of a disk that can't read the byte at this place.
  TableCheck check(uint64_t unreadable = UINT64_MAX) const {
    const ReadBytes read = [&](uint64_t offset, size_t bytes, std::string* into) {
      if (unreadable >= offset && unreadable < offset + bytes) return false;
      *into = bytes_.substr(offset, bytes);
      return true;
    };
    return check_table(read, bytes_.size(), keys_);
  }
  // The data block in the table's middle.
  Rot rot_in_the_middle() {
    bytes_[bytes_.size() / 2] ^= 0x40;
    const auto found = check();
    bytes_[bytes_.size() / 2] ^= 0x40;
    return found.rots.at(0);
  }

  testing::TempDirectory directory_;
  const std::string path_ = directory_.path() + "/000007.sst";
  std::string bytes_;
  const KeyRange keys_{"key", "kez"};
};

TEST_F(Table, IsWhole) { EXPECT_TRUE(check().whole()); }

TEST_F(Table, WhatCannotBeReadIsNoRot) {
  for (uint64_t at = 0; at < bytes_.size(); at += at + 2500 < bytes_.size() ? 5000 : 20) {
    const auto found = check(at);
    EXPECT_TRUE(found.rots.empty()) << at;
    for (const Unclear& unclear : found.unclear) EXPECT_EQ(unclear.why, Unclear::Why::unreadable);
  }
  EXPECT_EQ(check(bytes_.size() / 2).unclear.size(), 1U);
  EXPECT_EQ(check(bytes_.size() - 1).unclear.size(), 1U);
}

TEST_F(Table, RotBesideWhatCannotBeReadIsRot) {
  bytes_[bytes_.size() / 2] ^= 0x40;
  const auto found = check(0);
  EXPECT_EQ(found.rots.size(), 1U);
  EXPECT_EQ(found.unclear.size(), 1U);
}

TEST_F(Table, ABlockOfAnUnknownKindIsNoRot) {
  const Block block = rot_in_the_middle().block;
  constexpr unsigned char snappy = 1;
  const auto hash = static_cast<uint32_t>(ROCKSDB_XXH3_64bits(bytes_.data() + block.offset, block.bytes));
  const uint32_t sum = hash ^ snappy * 0x6b9083d9U;
  bytes_[block.offset + block.bytes] = static_cast<char>(snappy);
  std::memcpy(bytes_.data() + block.offset + block.bytes + 1, &sum, sizeof sum);
  const auto found = check();
  EXPECT_TRUE(found.rots.empty());
  ASSERT_EQ(found.unclear.size(), 1U);
  EXPECT_EQ(found.unclear[0].why, Unclear::Why::unknown);
  EXPECT_EQ(found.unclear[0].block.offset, block.offset);
}

TEST_F(Table, AnotherFormatOrChecksumIsNoRot) {
  for (const auto& [behind, byte] : {std::pair<size_t, char>{12, 6}, {12, 2}, {53, 1}}) {
    std::string whole = bytes_;
    bytes_[bytes_.size() - behind] = byte;
    const auto found = check();
    EXPECT_TRUE(found.rots.empty()) << behind;
    ASSERT_EQ(found.unclear.size(), 1U) << behind;
    EXPECT_EQ(found.unclear[0].why, Unclear::Why::unknown) << behind;
    bytes_ = whole;
  }
}

TEST_F(Table, ACopyThatWasCutShortIsMadeAnew) {
  const Block block = rot_in_the_middle().block;
  const std::string copy = directory_.path() + "/lost/copy";
  TableDisk disk(path_);
  ASSERT_TRUE(*disk.open());
  fs::create_directories(fs::path(copy).parent_path());
  std::ofstream(copy).flush();
  std::ofstream(copy + ".part") << "cut";
  ASSERT_TRUE(disk.keep(block, copy));
  EXPECT_EQ(read(copy), bytes_.substr(block.offset, block.bytes));
  EXPECT_FALSE(fs::exists(copy + ".part"));
}

TEST_F(Table, WhatCannotBeReadIsNotKept) {
  TableDisk disk(path_);
  ASSERT_TRUE(*disk.open());
  EXPECT_FALSE(disk.keep({bytes_.size() - 10, 20}, directory_.path() + "/lost/copy"));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path() + "/lost"), fs::directory_iterator()), 0);
}

TEST_F(Table, IsReplacedUnderItsOwnNameOnly) {
  const Rot rot = rot_in_the_middle();
  bytes_[bytes_.size() / 2] ^= 0x40;
  write();
  const std::string other = directory_.path() + "/other";
  fs::create_hard_link(path_, other);
  TableDisk disk(path_);
  ASSERT_TRUE(*disk.open());
  EXPECT_FALSE(disk.blank({rot}));
  EXPECT_EQ(read(path_), bytes_);
  ASSERT_TRUE(disk.replace({rot}, path_ + ".new"));
  EXPECT_EQ(read(other), bytes_);
  bytes_ = read(path_);
  EXPECT_TRUE(check().whole());
  EXPECT_FALSE(fs::exists(path_ + ".new"));
}

}  // namespace
}  // namespace teahouse::store::rocks::table_check_test
