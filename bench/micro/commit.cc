// Group commit of the RocksDB plane: so many archive rows appended, then waited for until they are on disk.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "base/testing/run_task.h"
#include "store/rocksdb/rocksdb_plane.h"

namespace teahouse::bench {
namespace {

constexpr TenantId tenant{1};

// A folder of its own, gone with it.
class Directory {
 public:
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / ("bench_commit_" + std::to_string(getpid()));
};

void commit_rows(benchmark::State& state) {
  const Directory directory;
  auto plane = store::open_rocksdb(directory.path());
  if (!plane) {
    state.SkipWithError(plane.error().text.c_str());
    return;
  }
  testing::QueueExecutor home;
  const store::ArchiveStore archive = (*plane)->archive(tenant, "archive");
  store::ArchiveIdMaker ids((*plane)->arrivals(), 0);
  const SystemClock clock;
  const std::string bytes(300, 'x');
  const auto rows = static_cast<int>(state.range(0));
  for (auto _ : state) {
    Lsn last = Lsn::none;
    for (int i = 0; i < rows; ++i) {
      last = archive.append("u1@shop.example", {ids.make(clock.wall_ms()).id, "u0@shop.example", bytes});
    }
    if (!testing::run(home, (*plane)->wait(home, last))) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(commit_rows)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace teahouse::bench
