// Group commit of the RocksDB plane: so many archive rows appended, then waited for until they are on disk.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/testing/run_task.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/testing/temp_directory.h"

namespace teahouse::bench {
namespace {

constexpr TenantId tenant{1};

void commit_rows(benchmark::State& state) {
  const testing::TempDirectory directory;
  auto plane = store::open_rocksdb(directory.path());
  if (!plane) {
    state.SkipWithError(plane.error().text.c_str());
    return;
  }
  testing::QueueExecutor home;
  const store::ArchiveStore archive = (*plane)->archive(tenant, "archive");
  store::ArchiveIdMaker ids(0);
  const SystemClock clock;
  const std::string bytes(300, 'x');
  const auto rows = static_cast<int>(state.range(0));
  for (auto _ : state) {
    Lsn last = 0;
    for (int i = 0; i < rows; ++i) {
      last = archive.append("u1@shop.example", {ids.make(clock.wall_ms()), "u0@shop.example", bytes});
    }
    if (!testing::run(home, (*plane)->wait(home, last))) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(commit_rows)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace teahouse::bench
