#include "files/disk_check.h"

#include <gtest/gtest.h>

#include <fstream>

#include "files/testing/file_world.h"

namespace teahouse::disk_check_test {
namespace {

namespace fs = std::filesystem;

fs::path object_of(const testing::FileWorld& world, const TenantPtr& tenant, const FileInfo& file) {
  return world.directory.path() + "/files/" + std::to_string(raw(tenant->id)) + "/" + file.digest.substr(0, 2) + "/" +
         file.digest;
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(DiskCheck, FindsTheObjectThatIsNotWhatItWas) {
  testing::FileWorld world;
  const auto whole = world.keep(world.shop, "tea"), damaged = world.keep(world.shop, std::string(3'000'000, 'c')),
             other = world.keep(world.forum, "tea");
  ASSERT_TRUE(whole && damaged && other);
  const std::string folder = world.directory.path() + "/files";
  ObjectsReport report = check_objects(folder);
  EXPECT_EQ(report.objects, 3U);
  EXPECT_EQ(report.bytes, 3'000'006U);
  EXPECT_TRUE(report.damaged.empty());

  const fs::path path = object_of(world, world.shop, *damaged);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2'999'999);
    file.put('x');
  }
  report = check_objects(folder);
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_EQ(report.damaged[0].tenant, world.shop->id);
  EXPECT_EQ(report.damaged[0].path, path.string());
  EXPECT_EQ(report.damaged[0].fault, "has other bytes than it was stored with.");

  fs::resize_file(path, 0);
  EXPECT_EQ(check_objects(folder).damaged.size(), 1U) << "an emptied one";
  fs::remove(path);
  EXPECT_TRUE(check_objects(folder).damaged.empty()) << "it went";
}

TEST(DiskCheck, PassesOverWhatIsNoObject) {
  testing::FileWorld world;
  ASSERT_TRUE(world.keep(world.shop, "tea"));
  const std::string folder = world.directory.path() + "/files";
  write(folder + "/incoming/7", "half");
  write(folder + "/notes/ab/" + std::string(64, 'a'), "of no tenant");
  write(folder + "/1/ab/README", "the operator's");
  write(folder + "/1/ab/" + std::string(64, 'g'), "no digest");
  EXPECT_EQ(check_objects(folder).objects, 1U);
  EXPECT_TRUE(check_objects(folder).damaged.empty());
  EXPECT_EQ(check_objects(folder + "/nowhere").objects, 0U);
}

}  // namespace
}  // namespace teahouse::disk_check_test
