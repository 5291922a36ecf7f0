// RotWorld: two tenants' archives in a handful of tables, bytes that rot in them, and what comes of it; for tests.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"
#include "store/rocksdb/key.h"
#include "store/rocksdb/options.h"
#include "store/testing/plane_test.h"

namespace teahouse::store {

class RotWorld : public PlaneTest {
 protected:
  static constexpr int64_t rows = 300;

  void SetUp() override {
    data_ = directory_.path() + "/data";
    plane_ = open_plane(Engine::rocksdb, data_, settings());
  }
  static RocksdbSettings settings(size_t scrub_bytes_per_s = 0) {
    return {.scrub_bytes_per_s = scrub_bytes_per_s,
            .tenant_names = [](TenantId tenant) { return tenant == montague ? "the-montagues" : "others"; }};
  }
  void open(size_t scrub_bytes_per_s = 0) {
    plane_.reset();
    plane_ = open_plane(Engine::rocksdb, data_, settings(scrub_bytes_per_s));
  }
  static const std::string& owner(TenantId tenant) { return tenant == montague ? romeo : juliet; }
  // Text that can't be packed, so that it is found in the file.
  const std::string& mark(TenantId tenant, int64_t number) {
    std::string& text = marks_[{tenant, number}];
    if (text.empty()) text = random_token(400);
    return text;
  }
  Lsn append_one(TenantId tenant, int64_t number) {
    return plane_->archive(tenant, "archive").append(owner(tenant), make_row(number, nurse, mark(tenant, number)));
  }
  // Both tenants; the next opening makes a table of them.
  void append(int64_t from, int64_t to) {
    Lsn last = Lsn::none;
    for (int64_t i = from; i < to; ++i) {
      last = append_one(montague, i);
      last = append_one(capulet, i);
    }
    done(plane_->wait(home_, last));
  }
  Result<ArchivePage> page(TenantId tenant, ArchiveQuery query = {}) {
    query.rows_max = query.rows_max == 50 ? 10'000 : query.rows_max;
    return testing::run(home_, plane_->archive(tenant, "archive").page(home_, owner(tenant), query));
  }
  int64_t count(TenantId tenant) {
    const auto found = page(tenant);
    return found ? static_cast<int64_t>(found->rows.size()) : -1;
  }
  std::vector<std::filesystem::path> tables() const {
    std::vector<std::filesystem::path> found;
    for (const auto& file : std::filesystem::directory_iterator(data_)) {
      if (file.path().extension() == ".sst") found.push_back(file.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Makes one byte of the text another where it is in a table.
  std::filesystem::path rot_at(const std::string& mark) {
    const std::string text = mark.substr(200, 16);
    for (const std::filesystem::path& path : tables()) {
      const size_t at = read(path).find(text);
      if (at == std::string::npos) continue;
      flip(path, at);
      return path;
    }
    ADD_FAILURE() << text << " is in no table";
    return {};
  }
  static void flip(const std::filesystem::path& path, uintmax_t at) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(file.get() ^ 0x40);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }
  // Everything that was kept aside.
  size_t kept() const {
    std::error_code none;
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(data_ + "/lost", none),
                                             std::filesystem::directory_iterator()));
  }
  void await_kept(size_t files) {
    while (kept() < files) std::this_thread::yield();
  }
  // Until its readers are fenced off.
  void await_aside(TenantId tenant) {
    while (true) {
      const auto found = page(tenant);
      if (!found && found.error().text.find("set aside") != std::string::npos) return;
      std::this_thread::yield();
    }
  }
  // The page, once a blank stands in the rotten block's place: until then each way through its table is an error.
  Result<ArchivePage> await_page(TenantId tenant, const ArchiveQuery& query) {
    auto found = page(tenant, query);
    while (!found && found.error().text.find("set aside") != std::string::npos) {
      std::this_thread::yield();
      found = page(tenant, query);
    }
    return found;
  }
  std::unique_ptr<rocksdb::DB> open_raw() {
    rocksdb::Options options = rocks::make_options();
    options.disable_auto_compactions = true;
    options.paranoid_checks = false;
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, data_, &opened).ok());
    return std::unique_ptr<rocksdb::DB>(opened);
  }
  // So many of montague's that only a compaction reads.
  void make_tables(int number) {
    const auto db = open_raw();
    for (int i = 0; i < number; ++i) {
      const std::string key = rocks::value_key({montague, "settings"}, std::to_string(i));
      ASSERT_TRUE(db->Put({}, key, std::string(1, rocks::value_version) + random_token(2000)).ok());
      ASSERT_TRUE(db->Flush({}).ok());
    }
  }
  void expect_others_go_on(int64_t written) {
    EXPECT_EQ(count(capulet), written);
    done(plane_->wait(home_, append_one(capulet, written)));
    EXPECT_EQ(count(capulet), written + 1);
    done(plane_->wait(home_, plane_->archive(montague, "archive").append(nurse, make_row(written, romeo))));
  }
  void expect_told(const std::string& said, const std::filesystem::path& table) {
    for (const std::string& word : {std::string("the-montagues"), std::string("archive"), table.filename().string()}) {
      EXPECT_NE(said.find(word), std::string::npos) << word << " is not in: " << said;
    }
    EXPECT_EQ(said.find("others"), std::string::npos) << said;
  }

  std::string data_;
  std::map<std::pair<TenantId, int64_t>, std::string> marks_;
};

}  // namespace teahouse::store
