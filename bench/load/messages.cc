// 1:1 messages: --pairs pairs for --seconds, after --warmup seconds; --window messages of each pair under way, or
// --rate messages a second of all pairs together; --idle more users are logged in and say nothing.
#include "bench/load/pairs.h"
#include "bench/load/works.h"

namespace teahouse::bench {

void run_messages(Job& job) {
  const int64_t pairs = job.options.number("pairs", 100), window = job.options.number("window", 1);
  const double seconds = job.options.real("seconds", 5), warmup = job.options.real("warmup", 1);
  const size_t tenants = job.realm.target.tenants;
  const double rate = job.options.real("rate", 0);
  Pairs talk(job, {.count = static_cast<size_t>(pairs)});
  SessionPool silent(job);
  const auto first_silent = 2 * ((static_cast<size_t>(pairs) + tenants - 1) / tenants) * tenants;
  for (size_t i = 0; i < static_cast<size_t>(job.options.number("idle", 0)); ++i) {
    silent.add(make_user(job.realm.target, first_silent + i));
  }
  silent.log_in();
  rate > 0 ? talk.begin_rate(rate) : talk.begin(window);
  talk.run_for(warmup);
  talk.forget_latency();
  const int64_t before = talk.received();
  const Measure measure(job);
  talk.run_for(seconds);
  measure.end(job.report, talk.received() - before);
  job.report.add_latency("latency_us", talk.latency());
  talk.finish();
}

}  // namespace teahouse::bench
