// A copy of the data plane has all that was committed, shares its tables, and goes its own way.
#include <gtest/gtest.h>

#include <fstream>

#include "store/testing/plane_test.h"

namespace teahouse::store::copy_test {
namespace {

namespace fs = std::filesystem;

class RocksdbCopy : public PlaneTest {
 protected:
  void add(TenantId tenant, const std::string& owner, int64_t ms) {
    const Lsn lsn = plane_->archive(tenant, "archive").append(owner, make_row(ms, nurse));
    done(plane_->wait(home_, lsn));
  }
  Times times_of(DataPlane& plane, TenantId tenant, const std::string& owner) {
    return times(get(plane.archive(tenant, "archive").page(home_, owner, {})));
  }
  std::vector<std::string> tables() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(copy_)) {
      if (entry.path().extension() == ".sst") found.push_back(entry.path().string());
    }
    return found;
  }

  testing::TempDirectory beside_;
  const std::string copy_ = beside_.path() + "/copy";
};

TEST_P(RocksdbCopy, HasWhatWasCommittedAndGoesItsOwnWay) {
  add(montague, romeo, 1);
  ASSERT_TRUE(flush_rocksdb(*plane_));
  add(capulet, juliet, 2);
  ASSERT_TRUE(copy_rocksdb(*plane_, copy_));
  add(montague, romeo, 3);
  EXPECT_TRUE(check_rocksdb_copy(copy_));
  const auto tables = this->tables();
  ASSERT_FALSE(tables.empty());
  for (const std::string& table : tables) {
    EXPECT_TRUE(check_rocksdb_table(table));
    EXPECT_TRUE(fs::equivalent(table, directory_.path() + "/" + fs::path(table).filename().string()));
  }
  const auto opened = open_rocksdb(copy_, {.may_be_made = false});
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(times_of(**opened, montague, romeo), Times{1});
  EXPECT_EQ(times_of(**opened, capulet, juliet), Times{2});
  (*opened)->archive(capulet, "archive").remove_all(juliet);
  EXPECT_EQ(times_of(**opened, capulet, juliet), Times{});
  EXPECT_EQ(times_of(*plane_, capulet, juliet), Times{2});
  EXPECT_EQ(times_of(*plane_, montague, romeo), (Times{1, 3}));
}

TEST_P(RocksdbCopy, DamageIsFound) {
  add(montague, romeo, 1);
  ASSERT_TRUE(copy_rocksdb(*plane_, copy_));
  const std::string table = tables().at(0);
  const std::string own = table + ".own";  // the plane's stays whole
  fs::copy_file(table, own);
  fs::rename(own, table);
  {
    std::fstream file(table, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(20);
    file << "rot";
  }
  const auto checked = check_rocksdb_table(table);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().text.find(table), std::string::npos) << checked.error().text;
  fs::remove(table);
  EXPECT_FALSE(check_rocksdb_copy(copy_));
  EXPECT_FALSE(copy_rocksdb(*plane_, "/proc/nowhere/copy"));
}

INSTANTIATE_TEST_SUITE_P(Rocksdb, RocksdbCopy, ::testing::Values(Engine::rocksdb));

}  // namespace
}  // namespace teahouse::store::copy_test
