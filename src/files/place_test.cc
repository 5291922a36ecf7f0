#include "files/place.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/testing/temp_directory.h"

namespace teahouse::place_test {
namespace {

struct PlaceTest : ::testing::Test {
  std::string settle(const std::string& place) const {
    const auto settled = settle_place(folder, place);
    return settled ? "" : settled.error().text.substr(0, 60);
  }
  testing::TempDirectory directory;
  const std::string folder = directory.path() + "/files";
};

TEST_F(PlaceTest, IsNotedOnceAndIsThePlaceFromThenOn) {
  EXPECT_EQ(settle("s3 https://s3.example/tea/"), "");
  EXPECT_EQ(settle("s3 https://s3.example/tea/"), "");
  EXPECT_TRUE(settle("s3 https://s3.example/coffee/").starts_with("The files of this house are kept at"));
  EXPECT_TRUE(settle(on_this_disk).starts_with("The files of this house are kept at"));
  std::filesystem::remove(folder + "/place");
  EXPECT_EQ(settle("s3 https://s3.example/coffee/"), "");
}

TEST_F(PlaceTest, ACopyWaitsForWord) {
  const std::string backup = directory.path() + "/backup";
  std::filesystem::create_directories(backup);
  ASSERT_TRUE(copy_place(folder, backup));
  EXPECT_FALSE(std::filesystem::exists(backup + "/place")) << "nothing is noted";
  ASSERT_EQ(settle("s3 https://s3.example/tea/"), "");
  ASSERT_TRUE(copy_place(folder, backup));
  EXPECT_EQ(find_place(backup).value(), "s3 https://s3.example/tea/");
  const auto refused = settle_place(backup, "s3 https://s3.example/tea/");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().text.starts_with("This house was made of a backup"));
  std::filesystem::remove(backup + "/place");
  EXPECT_TRUE(settle_place(backup, "s3 https://s3.example/tea/"));
  EXPECT_EQ(settle("s3 https://s3.example/tea/"), "") << "the house of before goes on";
}

TEST_F(PlaceTest, ADiskNeedsNoNote) {
  EXPECT_EQ(settle(on_this_disk), "");
  EXPECT_FALSE(std::filesystem::exists(folder + "/place"));
  EXPECT_EQ(settle("s3 https://s3.example/tea/"), "") << "there were no files";
}

TEST_F(PlaceTest, FilesOfADiskMoveFirst) {
  std::filesystem::create_directories(folder + "/7/ab");
  std::filesystem::create_directories(folder + "/incoming");
  std::ofstream(folder + "/incoming/1") << "half";
  EXPECT_EQ(settle("s3 https://s3.example/tea/"), "") << "empty folders hold nothing";
  std::filesystem::remove(folder + "/place");
  std::ofstream(folder + "/7/ab/file") << "tea";
  EXPECT_TRUE(settle("s3 https://s3.example/tea/").find("holds files of users") != std::string::npos);
}

}  // namespace
}  // namespace teahouse::place_test
