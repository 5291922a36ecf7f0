// The same random writes to RocksDB and to memory, which looks at every row: then the same answers to random questions.
#include <gtest/gtest.h>

#include <random>

#include "store/testing/plane_test.h"

namespace teahouse::store::compare_test {
namespace {

class Compare : public ::testing::TestWithParam<unsigned> {
 protected:
  uint64_t pick(uint64_t below) { return random_() % below; }
  TenantId tenant() { return pick(2) ? montague : capulet; }
  std::string store() { return pick(2) ? "archive" : "archive2"; }
  std::string person() { return std::string("abc").substr(pick(3), 1 + pick(2)); }
  // Times around the bounds of spans, so that runs of spans begin and end.
  ArchiveId some_id() {
    return id_at(static_cast<int64_t>(pick(40)) * 131'072 + static_cast<int64_t>(pick(3)), pick(2));
  }

  template <class Call>
  void both(Call call) {
    call(*memory_);
    call(*rocksdb_);
  }
  template <class T>
  T get(Task<Result<T>> task) {
    auto result = testing::run(home_, std::move(task));
    if (!result) std::abort();
    return std::move(*result);
  }

  void write_some() {
    const TenantId whose = tenant();
    const std::string name = store(), owner = person(), other = person(), text(pick(50), 'x');
    const ArchiveId id = some_id();
    const uint64_t kind = pick(100);
    const int64_t came_ms = std::max<int64_t>(0, time_ms(id) - static_cast<int64_t>(pick(3) ? 0 : pick(300'000)));
    both([&](DataPlane& plane) {
      auto archive = plane.archive(whose, name);
      auto map = plane.map(whose, name);
      if (kind < 60) {
        if (kind < 30) archive.remove(owner, id);
        if (kind >= 30 && get(archive.find(home_, owner, id))) return;
        plane.arrivals().note(time_ms(id), came_ms);
        archive.append(owner, {id, other, text, came_ms});
      } else if (kind < 70) {
        archive.remove(owner, id);
      } else if (kind < 72) {
        archive.remove_all(owner);
      } else if (kind < 85) {
        map.store(owner, other, text);
      } else if (kind < 88) {
        map.remove(owner, other);
      } else if (kind < 90) {
        map.remove_all(owner);
      } else if (kind < 94) {
        plane.key_value(whose, name).store(owner, text);
      } else if (kind < 97) {
        plane.key_value(whose, name).remove(owner);
      } else if (kind == 97) {
        get(archive.trim(home_, time_ms(id)));
      }
    });
    if (kind == 98 && pick(5) == 0) {
      both([&](DataPlane& plane) { EXPECT_TRUE(testing::run(home_, plane.remove_tenant(home_, whose))); });
    }
  }

  ArchiveQuery some_query() {
    ArchiveQuery query;
    if (pick(2)) query.with = person();
    if (pick(3) == 0) query.start_ms = time_ms(some_id());
    if (pick(3) == 0) query.end_ms = time_ms(some_id());
    if (pick(4) == 0) query.after_id = some_id();
    if (pick(4) == 0) query.before_id = some_id();
    if (pick(3) == 0) query.page_after = some_id();
    if (pick(3) == 0) query.page_before = some_id();
    if (pick(6) == 0) {
      for (int i = 0; i < 20; ++i) query.ids.push_back(some_id());
    }
    query.backwards = pick(2);
    query.rows_max = pick(8);
    return query;
  }

  void compare_pages() {
    for (int i = 0; i < 30; ++i) {
      const TenantId whose = tenant();
      const std::string name = store(), owner = person();
      const ArchiveQuery query = some_query();
      const ArchivePage expected = get(memory_->archive(whose, name).page(home_, owner, query));
      const ArchivePage page = get(rocksdb_->archive(whose, name).page(home_, owner, query));
      ASSERT_EQ(page.rows, expected.rows);
      ASSERT_EQ(page.complete, expected.complete);
      ASSERT_EQ(page.count, expected.count);
      ASSERT_EQ(page.first_index, expected.first_index);
    }
  }

  void compare_all() {
    for (TenantId whose : {montague, capulet}) {
      std::vector<std::string> lines[2];
      for (DataPlane* plane : {memory_.get(), rocksdb_.get()}) {
        auto& into = lines[plane == memory_.get()];
        ASSERT_TRUE(
            testing::run(home_, plane->export_tenant(home_, whose, [&](std::string line) { into.push_back(line); })));
        std::sort(into.begin(), into.end());
      }
      ASSERT_EQ(lines[0], lines[1]);
      get(rocksdb_->archive(whose, "nothing").trim(home_, 0));  // counting again is done by then
      for (const char* name : {"archive", "archive2"}) {
        ASSERT_EQ(get(rocksdb_->count_bytes(home_, whose, name)), get(memory_->count_bytes(home_, whose, name)));
      }
    }
  }

  std::mt19937_64 random_{GetParam()};
  testing::TempDirectory directory_;
  testing::QueueExecutor home_;
  std::unique_ptr<DataPlane> memory_ = make_memory_plane();
  // Few rows are counted at once, so that the recounting is met as well.
  RocksdbSettings settings_{.counted_rows_max = GetParam() % 2 ? 1024u : 20u};
  std::unique_ptr<DataPlane> rocksdb_ = open_plane(Engine::rocksdb, directory_.path(), settings_);
};
INSTANTIATE_TEST_SUITE_P(Seeds, Compare, ::testing::Values(1u, 2u, 3u, 4u));

TEST_P(Compare, RocksdbAnswersAsMemoryDoes) {
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 200; ++i) write_some();
    ASSERT_NO_FATAL_FAILURE(compare_pages());
    ASSERT_NO_FATAL_FAILURE(compare_all());
    if (round % 4 == 3) {
      rocksdb_.reset();
      rocksdb_ = open_plane(Engine::rocksdb, directory_.path(), settings_);
    }
  }
}

}  // namespace
}  // namespace teahouse::store::compare_test
