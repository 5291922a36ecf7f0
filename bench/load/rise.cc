#include "bench/load/rise.h"

#include <algorithm>

namespace teahouse::bench {

Rise::Rise(const Job& job) : watch_(job.watch) {
  watch_.forget_peaks();
  before_ = watch_.take();
}

Report Rise::end(int64_t count) const {
  const std::vector<Usage> after = watch_.take();
  Report report;
  for (size_t i = 0; i < after.size(); ++i) {
    // The kernel's mark may lag behind what it counts on other cores.
    const int64_t peak = std::max(after[i].peak_kib, after[i].rss_kib);
    const int64_t rise = std::max<int64_t>(0, peak - before_[i].rss_kib);
    report.add(watch_.names()[i], Report()
                                      .add("before_kib", before_[i].rss_kib)
                                      .add("peak_kib", peak)
                                      .add("rise_kib", rise)
                                      .add("kib_each", static_cast<double>(rise) / static_cast<double>(count)));
  }
  return report;
}

}  // namespace teahouse::bench
