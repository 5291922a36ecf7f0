// Idle sessions: what --count sessions that say nothing keep resident in the servers, and in the kernel.
#include "bench/load/session_pool.h"
#include "bench/load/works.h"

namespace teahouse::bench {
namespace {

constexpr size_t warm_sessions = 200;  // so that what is made once is not counted
constexpr double settle_s = 3;

struct Memory {
  std::vector<Usage> usages;
  int64_t kernel;
};

}  // namespace

void run_idle(Job& job) {
  const int64_t count = job.options.number("count", 10'000);
  const double idle_s = job.options.real("seconds", 5);
  SessionPool pool(job);
  const auto take = [&] {
    pool.run_for(settle_s);
    return Memory{job.watch.take(), kernel_kib()};
  };
  for (size_t i = 0; i < warm_sessions; ++i) pool.add(make_user(job.realm.target, i));
  pool.log_in();
  const Memory before = take();
  const size_t all = warm_sessions + static_cast<size_t>(count);
  for (size_t i = warm_sessions; i < all; ++i) pool.add(make_user(job.realm.target, i));
  pool.log_in();
  const Memory after = take();
  const auto each = static_cast<double>(count);
  for (size_t i = 0; i < job.watch.names().size(); ++i) {
    const int64_t grown = after.usages[i].rss_kib - before.usages[i].rss_kib;
    job.report.add(job.watch.names()[i] + "_kib_each", static_cast<double>(grown) / each);
  }
  // Our own ends of the sockets are the other half.
  job.report.add("kernel_kib_each", static_cast<double>(after.kernel - before.kernel) / each / 2);
  const Measure measure(job);
  pool.run_for(idle_s);
  Report silent;
  measure.end(silent, count);
  job.report.add("idle", silent);
}

}  // namespace teahouse::bench
