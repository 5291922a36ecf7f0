// A refusal of the disk is told to the caller; that the plane takes no changes is said of nothing else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "base/testing/run_task.h"
#include "store/commit_mark.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_plane.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store::failing_file_test {
namespace {

// Until it ends, this process can only write, or only read, a file that it has open.
class HalfOpen {
 public:
  HalfOpen(const std::string& path, int mode) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code none;
      if (std::filesystem::read_symlink(entry.path(), none) == path) file_ = std::stoi(entry.path().filename());
    }
    whole_ = ::dup(file_);
    const int half = ::open(path.c_str(), mode | O_CLOEXEC);
    EXPECT_EQ(::dup2(half, file_), file_);
    ::close(half);
  }
  ~HalfOpen() {
    ::dup2(whole_, file_);
    ::close(whole_);
  }
  HalfOpen(const HalfOpen&) = delete;

 private:
  int file_ = -1, whole_ = -1;
};

class FailingFile : public ::testing::Test {
 protected:
  FailingFile() {
    const auto made = plane_->migrate({{"test/1",
                                        {"CREATE TABLE large (tenant INTEGER, bytes BLOB)",
                                         "INSERT INTO large VALUES (1, zeroblob(100000)), (2, zeroblob(100000))",
                                         "CREATE TABLE small (tenant INTEGER)"}}});
    EXPECT_TRUE(made) << made.error().text;
  }
  Result<Answer> execute(std::string sql, std::vector<Value> parameters = {}) {
    return testing::run(home_, plane_->execute(home_, {std::move(sql), std::move(parameters)}));
  }
  // Refused for now, in words for users, and of this call alone.
  void expect_refused(const std::string& sql) {
    const auto refused = execute(sql);
    ASSERT_FALSE(refused) << sql;
    EXPECT_EQ(refused.error().kind, ErrorKind::storage_failing);
    EXPECT_EQ(refused.error().text.find("small"), std::string::npos) << refused.error().text;
    EXPECT_EQ(refused.error().text.find("write"), std::string::npos) << refused.error().text;
    EXPECT_FALSE(plane_->health().is_failing()) << sql;
  }

  testing::TempDirectory directory_;
  const std::string path_ = directory_.path() + "/control.db";
  testing::QueueExecutor home_;
  const std::unique_ptr<ControlPlane> plane_ = open_sqlite(path_).value();
};

TEST_F(FailingFile, AWriteThatFailsIsToldOfUntilOneSucceeds) {
  ASSERT_TRUE(execute("INSERT INTO small VALUES (1)"));
  {
    const HalfOpen log(path_ + "-wal", O_RDONLY);
    const auto refused = execute("INSERT INTO small VALUES (2)");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::storage_failing);
    EXPECT_TRUE(plane_->health().is_failing());
    ASSERT_TRUE(execute("SELECT * FROM small")) << "what is there can be read";
    EXPECT_FALSE(plane_->try_write());
    EXPECT_TRUE(plane_->health().is_failing());
  }
  EXPECT_TRUE(plane_->try_write());
  EXPECT_FALSE(plane_->health().is_failing());
  EXPECT_EQ(execute("SELECT * FROM small")->rows.size(), 1u);
}

TEST_F(FailingFile, AFullDiskIsToldOfUntilAWriteSucceeds) {
  ASSERT_TRUE(execute("PRAGMA max_page_count = 70"));
  const std::string large(4096 * 20, 'x'), insert = "INSERT INTO large VALUES (1, ?)";
  const auto refused = execute(insert, {Blob{large}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::storage_full);
  EXPECT_EQ(refused.error().text.find("INSERT"), std::string::npos) << refused.error().text;
  EXPECT_TRUE(plane_->health().is_failing());
  ASSERT_TRUE(execute("INSERT INTO small VALUES (2)")) << "what has room goes on";
  EXPECT_FALSE(plane_->health().is_failing());
  ASSERT_FALSE(execute(insert, {Blob{large}}));
  EXPECT_TRUE(plane_->try_write());
  EXPECT_FALSE(plane_->health().is_failing());
}

TEST_F(FailingFile, AReadThatFailsIsAnErrorOfItsCall) {
  ASSERT_TRUE(testing::run(home_, plane_->scrub(home_)));
  ASSERT_TRUE(execute("PRAGMA shrink_memory"));
  ASSERT_TRUE(execute("INSERT INTO small VALUES (1)"));
  const HalfOpen file(path_, O_WRONLY);
  expect_refused("SELECT bytes FROM large WHERE tenant = 2");
  expect_refused("UPDATE large SET tenant = 3 WHERE bytes = 'none'");
  EXPECT_TRUE(execute("INSERT INTO small VALUES (2)")) << "what needs none of it goes on";
}

TEST_F(FailingFile, SomebodyElsesLockIsAnErrorOfItsCall) {
  ASSERT_TRUE(execute("PRAGMA busy_timeout=0"));
  sqlite::Database other;
  ASSERT_TRUE(other.open(path_));
  ASSERT_TRUE(other.run("BEGIN IMMEDIATE"));
  expect_refused("INSERT INTO small VALUES (1)");
  ASSERT_TRUE(other.run("ROLLBACK"));
  EXPECT_TRUE(execute("INSERT INTO small VALUES (1)"));
}

TEST_F(FailingFile, WantOfMemoryIsAnErrorOfItsCall) {
  sqlite3_hard_heap_limit64(sqlite3_memory_used() + (4 << 20));
  expect_refused("SELECT zeroblob(100000000) || ''");
  expect_refused("INSERT INTO small SELECT length(zeroblob(100000000) || '')");
  sqlite3_hard_heap_limit64(0);
  EXPECT_TRUE(execute("INSERT INTO small VALUES (1)"));
}

TEST_F(FailingFile, AScrubThatFailsLeavesThePlaneWell) {
  ASSERT_TRUE(execute("INSERT INTO small VALUES (1)"));
  {
    const HalfOpen file(path_, O_RDONLY);
    EXPECT_FALSE(testing::run(home_, plane_->scrub(home_)));
    EXPECT_FALSE(testing::run(home_, plane_->shorten_log(home_)));
    EXPECT_FALSE(plane_->health().is_failing());
  }
  EXPECT_TRUE(testing::run(home_, plane_->scrub(home_)));
}

// Changes that a crash of the machine could still take must not be missed afterwards.
TEST(SqliteStart, NotesNoCommitsThatItCouldNotBringToTheDisk) {
  const testing::TempDirectory directory;
  const std::string path = directory.path() + "/control.db";
  ASSERT_TRUE(open_sqlite(path));
  sqlite::Database reader;
  ASSERT_TRUE(reader.open_read_only(path));
  ASSERT_TRUE(reader.run("BEGIN"));
  ASSERT_TRUE(reader.execute({"SELECT number FROM commits", {}}));
  {
    sqlite::Database killed;
    ASSERT_TRUE(killed.open(path));
    ASSERT_TRUE(killed.run("UPDATE commits SET number = 7"));
  }
  std::filesystem::remove(path + "-mark");
  const auto plane = open_sqlite(path);
  ASSERT_TRUE(plane) << plane.error().text;
  const CommitMark mark(path + "-mark");
  EXPECT_EQ(mark.read().value_or(0), 0u);
  ASSERT_TRUE(reader.run("COMMIT"));
  ASSERT_TRUE((*plane)->try_write());
  EXPECT_EQ(mark.read().value_or(0), 8u);
}

}  // namespace
}  // namespace teahouse::store::failing_file_test
