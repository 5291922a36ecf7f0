// The errors of an opening for files that are damaged, missing, empty or of an earlier time, and the rows that are
// there when it is told to go on. Two tenants: the loss of one is not the other's.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "store/testing/plane_test.h"

namespace teahouse::store::damage_test {
namespace {

namespace fs = std::filesystem;

class Damage : public PlaneTest {
 protected:
  static constexpr int64_t rows = 200;

  void SetUp() override {
    data_ = directory_.path() + "/data";
    plane_ = open_plane(Engine::rocksdb, data_);
  }
  void append(int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      const TenantId tenant = i % 2 ? montague : capulet;
      done(plane_->wait(home_, plane_->archive(tenant, "archive").append(romeo, make_row(i, nurse, text_))));
    }
  }
  size_t count(TenantId tenant) {
    ArchiveQuery query;
    query.rows_max = 10'000;
    return get(plane_->archive(tenant, "archive").page(home_, romeo, query)).rows.size();
  }
  std::vector<fs::path> files(const std::string& type) const {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(data_)) {
      const std::string name = file.path().filename();
      if (name.ends_with(type) || name.starts_with(type)) found.push_back(file.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  fs::path log() const { return files(".log").back(); }
  std::string refusal(RocksdbSettings settings = {}) {
    plane_.reset();
    auto opened = open_rocksdb(data_, settings);
    return opened ? "" : opened.error().text;
  }
  void accept() {
    plane_.reset();
    plane_ = open_plane(Engine::rocksdb, data_, {.accept_loss = true});
  }
  static void overwrite(const fs::path& file, uintmax_t at, const std::string& bytes) {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(at));
    out << bytes;
  }
  void expect_refused(const std::string& word, RocksdbSettings settings = {}) {
    for (int start = 0; start < 2; ++start) {  // the first changes nothing that the second would go by
      const std::string text = refusal(settings);
      EXPECT_NE(text.find(word), std::string::npos) << "start " << start << ": " << text;
      EXPECT_EQ(text.find("another teahouse"), std::string::npos) << text;
    }
  }

  std::string data_;
  const std::string text_ = std::string(500, 'x');
};
INSTANTIATE_TEST_SUITE_P(Rocksdb, Damage, ::testing::Values(Engine::rocksdb));

TEST_P(Damage, ATornTailIsDroppedWithALine) {
  append(0, rows);
  plane_.reset();
  std::ofstream(log(), std::ios::binary | std::ios::app) << "\x12\x34\x56\x78\xff\x01\x01 the begin of a write";
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(refusal(), "");
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("is cut off"), std::string::npos);
  plane_ = open_plane(Engine::rocksdb, data_);
  EXPECT_EQ(count(montague) + count(capulet), static_cast<size_t>(rows));
}

// The next log is begun before the torn one is done with.
TEST_P(Damage, AnOpeningThatWasCutShortBehindATornTailIsNoDamage) {
  append(0, rows);
  plane_.reset();
  std::ofstream(log(), std::ios::binary | std::ios::app) << "\x12\x34\x56\x78\xff\x01\x01 the begin of a write";
  const std::string before = directory_.path() + "/before";
  fs::copy(data_, before);
  ASSERT_EQ(refusal(), "");
  const fs::path next = log();
  fs::copy(next, before + "/" + next.filename().string());
  fs::remove_all(data_);
  fs::rename(before, data_);
  ASSERT_EQ(files(".log").size(), 2U);
  EXPECT_EQ(refusal(), "");
  plane_ = open_plane(Engine::rocksdb, data_);
  EXPECT_EQ(count(montague) + count(capulet), static_cast<size_t>(rows));
}

TEST_P(Damage, ALogDamagedInItsMiddleIsRefusedAndKept) {
  append(0, rows);
  plane_.reset();
  const fs::path damaged = log();
  overwrite(damaged, fs::file_size(damaged) / 2, std::string(100, 'r'));
  const auto size = fs::file_size(damaged);
  expect_refused("the log is damaged");
  EXPECT_EQ(fs::file_size(damaged), size);
  accept();
  const size_t left = count(montague) + count(capulet);
  EXPECT_LT(left, static_cast<size_t>(rows));
  EXPECT_GT(left, static_cast<size_t>(rows) / 2);  // what stands behind it is there again
  EXPECT_TRUE(fs::exists(data_ + ".damaged-" + damaged.filename().string()));
  plane_.reset();
  EXPECT_EQ(refusal(), "");
}

TEST_P(Damage, ALogCutOffDeletedOrEmptiedIsRefused) {
  for (const std::string how : {"cut off", "deleted", "emptied"}) {
    append(0, rows);
    plane_.reset();
    const fs::path lost = log();
    if (how == "deleted") fs::remove(lost);
    if (how == "emptied") fs::resize_file(lost, 0);
    if (how == "cut off") fs::resize_file(lost, fs::file_size(lost) / 2);
    expect_refused("changes that were committed are not there");
    accept();
    EXPECT_LT(count(montague), static_cast<size_t>(rows) / 2) << how;
    EXPECT_EQ(refusal(), "") << how << ": what was accepted is not refused again";
    fs::remove_all(data_);
    plane_ = open_plane(Engine::rocksdb, data_);
  }
}

TEST_P(Damage, ALogOfAnEarlierTimeIsRefused) {
  append(0, rows);
  const fs::path path = log();
  const fs::path copy = directory_.path() + "/earlier";
  fs::copy_file(path, copy);
  append(rows, rows + 50);
  plane_.reset();
  ASSERT_EQ(log(), path);
  fs::copy_file(copy, path, fs::copy_options::overwrite_existing);
  expect_refused("at least the last ");
}

TEST_P(Damage, AFlushedLogIsNotMissed) {
  append(0, rows);
  EXPECT_EQ(refusal(), "");  // an opening puts the log into a table
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal(), "");
}

TEST_P(Damage, MissingEmptyAndDamagedFilesAreTold) {
  append(0, rows);
  EXPECT_EQ(refusal(), "");
  for (const std::string file : {"CURRENT", "MANIFEST", ".sst"}) {
    for (const std::string how : {"missing", "empty", "damaged"}) {
      const fs::path whole = data_, copy = directory_.path() + "/copy";
      fs::copy(whole, copy);
      ASSERT_FALSE(files(file).empty());
      const fs::path path = files(file).front();
      if (how == "missing") fs::remove(path);
      if (how == "empty") fs::resize_file(path, 0);
      if (how == "damaged") overwrite(path, 0, std::string(fs::file_size(path), 'r'));
      const bool opens = file == ".sst" && how == "damaged";  // tables are read when they are asked for
      if (!opens) {
        expect_refused(data_);
        plane_.reset();
        EXPECT_TRUE(open_rocksdb(data_, {.accept_loss = true})) << file << " " << how;
      }
      fs::remove_all(whole);
      fs::rename(copy, whole);
    }
  }
  plane_ = open_plane(Engine::rocksdb, data_);
  EXPECT_EQ(count(montague) + count(capulet), static_cast<size_t>(rows));
}

TEST_P(Damage, IsNotMadeWhereItShouldBe) {
  plane_.reset();
  fs::remove_all(data_);
  expect_refused("is missing or empty", {.may_be_made = false});
  EXPECT_FALSE(fs::exists(data_ + "/CURRENT"));
  EXPECT_EQ(refusal(), "");
}

TEST_P(Damage, AMarkThatSaysNothingIsDoneWithout) {
  append(0, rows);
  plane_.reset();
  for (const std::string text :
       {"", "x", "00000000000000000001", "000000000000000000001\n", "-0000000000000000001\n"}) {
    std::ofstream(data_ + "/COMMITTED") << text;
    EXPECT_EQ(refusal(), "") << text;
  }
  fs::remove(data_ + "/COMMITTED");
  EXPECT_EQ(refusal(), "");
}

TEST_P(Damage, AnotherThatRunsOnItIsTold) {
  const auto second = open_rocksdb(data_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("another teahouse"), std::string::npos) << second.error().text;
}

}  // namespace
}  // namespace teahouse::store::damage_test
