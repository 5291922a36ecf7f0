// Flood: of two tenants or more, the second chats at --rate messages a second, --calm-pairs pairs; then the first
// floods, --pairs pairs with --window messages under way each. The chat's latency is told, before and during the flood.
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/rise.h"
#include "bench/load/works.h"

namespace teahouse::bench {

void run_flood(Job& job) {
  const auto calm_pairs = static_cast<size_t>(job.options.number("calm-pairs", 20));
  const auto pairs = static_cast<size_t>(job.options.number("pairs", 50));
  const int64_t window = job.options.number("window", 100);
  const double rate = job.options.real("rate", 200), seconds = job.options.real("seconds", 5);
  const double warmup = job.options.real("warmup", 1);
  const size_t tenants = job.realm.target.tenants;
  if (tenants < 2) throw std::runtime_error("The work flood needs --tenants 2 or more.");
  Pairs calm(job, {.first = 1, .count = calm_pairs, .step = tenants});
  Pairs flood(job, {.first = 0, .count = pairs, .step = tenants});
  calm.begin_rate(rate);
  calm.run_for(warmup);
  calm.forget_latency();
  calm.run_for(seconds);
  job.report.add_latency("calm_us", calm.latency());
  const Rise rise(job);
  flood.begin(window);
  calm.run_for(warmup);
  calm.forget_latency();
  const int64_t before = flood.received();
  const Measure measure(job);
  calm.run_for(seconds);
  Report flooding;
  measure.end(flooding, flood.received() - before);
  job.report.add_latency("flooded_us", calm.latency());
  job.report.add("flood", flooding.add_latency("latency_us", flood.latency()));
  flood.finish();
  calm.finish();
  job.report.add("memory", rise.end(static_cast<int64_t>(pairs)));
}

}  // namespace teahouse::bench
