#include "transfer/tar.h"

#include <gtest/gtest.h>

namespace teahouse::transfer::tar_test {
namespace {

// A head with some bytes changed, and a sum that is right.
std::string changed(std::string block, size_t at, std::string_view bytes) {
  block.replace(at, bytes.size(), bytes);
  uint64_t sum = 0;
  for (size_t i = 0; i < block.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", static_cast<unsigned>(sum));
  block.replace(148, 6, digits, 6);
  return block;
}

TEST(Tar, ReadsWhatItWrites) {
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{511}, (uint64_t{1} << 33) - 1, uint64_t{1} << 33, uint64_t{1} << 40}) {
    const auto head = parse_tar_head(write_tar_head("users/ann.xml", bytes, 1'700'000'000));
    ASSERT_TRUE(head && *head);
    EXPECT_EQ(**head, (TarHead{"users/ann.xml", bytes, true}));
    EXPECT_EQ((bytes + tar_padding(bytes)) % tar_block_bytes, 0u);
  }
  const auto end = parse_tar_head(write_tar_end().substr(0, tar_block_bytes));
  EXPECT_TRUE(end && !*end);
}

TEST(Tar, ReadsWhatArchiversWrite) {
  const std::string block = write_tar_head("ann.xml", 3, 0);
  EXPECT_EQ((*parse_tar_head(changed(block, 345, "users")))->name, "users/ann.xml");
  EXPECT_EQ((*parse_tar_head(changed(changed(block, 345, "users"), 257, "ustar  ")))->name, "ann.xml");
  EXPECT_EQ((*parse_tar_head(changed(block, 0, std::string_view("./a\0", 4))))->name, "a");
  EXPECT_FALSE((*parse_tar_head(changed(block, 156, "5")))->is_file);
  EXPECT_FALSE((*parse_tar_head(changed(block, 156, "x")))->is_file);
}

TEST(Tar, RefusesWhatLeadsOutOrIsNoFile) {
  const std::string block = write_tar_head("ann.xml", 3, 0);
  for (const char* name : {"/etc/passwd", "../x", "a/../../x", "a/..", ".."}) {
    EXPECT_FALSE(parse_tar_head(write_tar_head(name, 3, 0))) << name;
  }
  EXPECT_TRUE(parse_tar_head(write_tar_head("a..b/..c", 3, 0)));
  for (const char* type : {"1", "2", "3", "6", "7", "L", "S"}) {
    EXPECT_FALSE(parse_tar_head(changed(block, 156, type))) << type;
  }
  EXPECT_FALSE(parse_tar_head(changed(block, 0, "\xff\xfe")));
  EXPECT_FALSE(parse_tar_head(changed(block, 124, "9")));
  EXPECT_FALSE(parse_tar_head(changed(block, 124, "-1")));
  EXPECT_FALSE(parse_tar_head(changed(block, 124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")));
  EXPECT_FALSE(parse_tar_head(changed(block, 257, "other")));
  std::string damaged = block;
  damaged[3] = 'X';
  EXPECT_FALSE(parse_tar_head(damaged));
  EXPECT_FALSE(parse_tar_head(std::string(tar_block_bytes, 'x')));
}

}  // namespace
}  // namespace teahouse::transfer::tar_test
