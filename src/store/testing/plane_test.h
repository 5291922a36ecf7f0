// PlaneTest: a test that runs against each engine of the data plane, with two tenants and two owners.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/run_task.h"
#include "store/data_plane.h"
#include "store/memory/memory_plane.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store {

enum class Engine { memory, rocksdb };
inline void PrintTo(Engine engine, std::ostream* out) { *out << (engine == Engine::memory ? "memory" : "rocksdb"); }

inline std::unique_ptr<DataPlane> open_plane(Engine engine, const std::string& directory,
                                             RocksdbSettings settings = {}) {
  if (engine == Engine::memory) return make_memory_plane();
  auto plane = open_rocksdb(directory, settings);
  if (!plane) {
    ADD_FAILURE() << plane.error().text;
    std::abort();
  }
  return std::move(*plane);
}

constexpr TenantId montague{7}, capulet{8};
inline const std::string romeo = "romeo@montague.example", juliet = "juliet@capulet.example",
                         nurse = "nurse@capulet.example";

constexpr int64_t day_ms = 86'400'000, noon_ms = 1'700'000'000'000;
// An id a number of milliseconds after noon.
inline ArchiveId id_at(int64_t ms, uint64_t counter = 0) {
  return static_cast<ArchiveId>(static_cast<uint64_t>(first_id_at(noon_ms + ms)) + counter);
}
inline ArchiveRow make_row(int64_t ms, const std::string& with, const std::string& text = {}) {
  return {id_at(ms), with, "<message><body>" + (text.empty() ? std::to_string(ms) : text) + "</body></message>"};
}

inline bool operator==(const ArchiveRow& a, const ArchiveRow& b) {
  return a.id == b.id && a.with == b.with && a.bytes == b.bytes;
}
inline bool operator==(const MapStore::Entry& a, const MapStore::Entry& b) {
  return a.name == b.name && a.value == b.value;
}
inline void PrintTo(const ArchiveRow& row, std::ostream* out) {
  *out << to_string(row.id) << " " << row.with << " " << row.bytes;
}

class PlaneTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override { plane_ = open_plane(GetParam(), directory_.path()); }

  // Runs the task; its error fails the test.
  template <class T>
  T get(Task<Result<T>> task) {
    auto result = testing::run(home_, std::move(task));
    if (!result) {
      ADD_FAILURE() << result.error().text;
      std::abort();
    }
    return std::move(*result);
  }
  void done(Task<Result<void>> task) {
    auto result = testing::run(home_, std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().text);
  }
  std::vector<std::string> export_of(TenantId tenant) {
    std::vector<std::string> lines;
    done(plane_->export_tenant(home_, tenant, [&](std::string line) { lines.push_back(std::move(line)); }));
    return lines;
  }
  // The ids of a page, in milliseconds after noon.
  static std::vector<int64_t> times(const ArchivePage& page) {
    std::vector<int64_t> result;
    for (const ArchiveRow& row : page.rows) result.push_back(time_ms(row.id) - noon_ms);
    return result;
  }
  using Times = std::vector<int64_t>;

  testing::TempDirectory directory_;
  testing::QueueExecutor home_;
  std::unique_ptr<DataPlane> plane_;
};

#define TEAHOUSE_FOR_EACH_ENGINE(suite)                                                        \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, ::testing::Values(Engine::memory, Engine::rocksdb), \
                           ([](const auto& engine) { return ::testing::PrintToString(engine.param); }))

}  // namespace teahouse::store
