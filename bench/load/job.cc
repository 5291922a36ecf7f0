#include "bench/load/job.h"

#include <algorithm>

namespace teahouse::bench {

Measure::Measure(const Job& job)
    : watch_(job.watch),
      before_(job.watch.take()),
      own_s_(own_cpu_s()),
      machine_s_(machine_cpu_s()),
      start_ns_(now_ns()) {}

void Measure::end(Report& report, int64_t units) const {
  const double seconds_past = seconds();
  const double own = own_cpu_s() - own_s_;
  double others = machine_cpu_s() - machine_s_ - own;
  const std::vector<Usage> after = watch_.take();
  const auto each = static_cast<double>(units > 0 ? units : 1);
  report.add("units", units).add("seconds", seconds_past).add("per_s", static_cast<double>(units) / seconds_past);
  for (size_t i = 0; i < after.size(); ++i) {
    const double cpu = after[i].cpu_s - before_[i].cpu_s;
    others -= cpu;
    report.add(watch_.names()[i], Report()
                                      .add("cpu_s", cpu)
                                      .add("cpu_us_each", cpu * 1e6 / each)
                                      .add("cpu_share", cpu / seconds_past)
                                      .add("rss_kib", after[i].rss_kib));
  }
  report.add("load_cpu_share", own / seconds_past).add("others_cpu_share", std::max(0.0, others / seconds_past));
}

}  // namespace teahouse::bench
