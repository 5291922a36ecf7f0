#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>

namespace teahouse::bench {

// Values below 2^6 each have a slot; above, each power of two has 2^6 of them.
void Histogram::add(int64_t value) {
  const auto unsigned_value = static_cast<uint64_t>(std::max<int64_t>(value, 1));
  const int shift = std::max(0, static_cast<int>(std::bit_width(unsigned_value)) - sub_bits - 1);
  ++counts_[(static_cast<size_t>(shift) << sub_bits) + (unsigned_value >> shift)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
  for (size_t slot = 0; slot < counts_.size(); ++slot) counts_[slot] += other.counts_[slot];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

int64_t Histogram::quantile(double share) const {
  const auto wanted = static_cast<int64_t>(share * static_cast<double>(count_) + 0.999999);
  int64_t seen = 0;
  for (size_t slot = 0; slot < counts_.size(); ++slot) {
    seen += counts_[slot];
    if (counts_[slot] == 0 || seen < wanted) continue;
    const size_t shift = slot < (2U << sub_bits) ? 0 : (slot >> sub_bits) - 1;
    return std::min(max_, static_cast<int64_t>(((slot - (shift << sub_bits) + 1) << shift) - 1));
  }
  return 0;
}

}  // namespace teahouse::bench
