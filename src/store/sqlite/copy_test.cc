// A copy of the control plane is of one moment, and nobody waits for the writing of it.
#include <gtest/gtest.h>

#include <fstream>

#include "base/testing/run_task.h"
#include "store/sqlite/sqlite_plane.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store::copy_test {
namespace {

class SqliteCopy : public ::testing::Test {
 protected:
  SqliteCopy() {
    auto opened = open_sqlite(path_);
    EXPECT_TRUE(opened);
    plane_ = std::move(*opened);
    EXPECT_TRUE(plane_->migrate({{"test/1", {"CREATE TABLE tenants (name TEXT NOT NULL)"}}}));
    EXPECT_TRUE(plane_->execute_now(add("before")));
  }
  static Statement add(const std::string& name) { return {"INSERT INTO tenants VALUES (?)", {name}}; }
  static int64_t count(ControlPlane& plane) {
    const auto answer = plane.execute_now({"SELECT COUNT(*) FROM tenants", {}});
    return answer ? as_int(answer->rows[0][0]) : -1;
  }

  testing::TempDirectory directory_;
  const std::string path_ = directory_.path() + "/control.db", copy_ = directory_.path() + "/a copy?#%41.db";
  testing::QueueExecutor home_;
  std::unique_ptr<ControlPlane> plane_;
};

TEST_F(SqliteCopy, IsOfTheMomentInWhichNoStatementRuns) {
  std::optional<Result<Answer>> answer;
  auto copied = copy_sqlite(*plane_, copy_, [&]() -> Result<void> {
    testing::start(plane_->execute(home_, add("meanwhile")), &answer);
    return {};
  });
  ASSERT_TRUE(copied) << copied.error().text;
  while (!answer) home_.run_one();
  EXPECT_TRUE(*answer);
  EXPECT_EQ(count(*plane_), 2);
  EXPECT_TRUE(check_sqlite_copy(copy_));
  EXPECT_FALSE(std::filesystem::exists(copy_ + "-wal")) << "a look leaves nothing";
  const auto opened = open_sqlite(copy_);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(count(**opened), 1);
}

TEST_F(SqliteCopy, EndsWithTheErrorOfWhatItWaitsFor) {
  const auto copied = copy_sqlite(*plane_, copy_, [] { return Result<void>(ErrorKind::conflict, "no"); });
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().text, "no");
  EXPECT_FALSE(std::filesystem::exists(copy_));
  EXPECT_EQ(count(*plane_), 1);
  EXPECT_FALSE(copy_sqlite(*plane_, "/proc/nowhere/copy.db", [] { return Result<void>(); }));
}

TEST_F(SqliteCopy, ADamagedPageIsFound) {
  ASSERT_TRUE(copy_sqlite(*plane_, copy_, [] { return Result<void>(); }));
  std::fstream file(copy_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096);
  file << std::string(4096, 'r');
  file.close();
  const auto checked = check_sqlite_copy(copy_);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().text.find(copy_ + " is damaged"), std::string::npos) << checked.error().text;
  EXPECT_FALSE(check_sqlite_copy(directory_.path() + "/none.db"));
}

}  // namespace
}  // namespace teahouse::store::copy_test
