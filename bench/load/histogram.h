// Histogram: how often each value occurred, within 1.6 % of it, from 1 to 2^63, in constant space.
#pragma once

#include <array>
#include <cstdint>

namespace teahouse::bench {

class Histogram {
 public:
  void add(int64_t value);  // below 1 counts as 1
  void add(const Histogram& other);
  int64_t count() const { return count_; }
  int64_t max() const { return max_; }
  // The least value that `share` (0.99) of all values do not exceed; 0 when there are none.
  int64_t quantile(double share) const;

 private:
  static constexpr int sub_bits = 6;
  std::array<int64_t, (64 - sub_bits + 1) << sub_bits> counts_{};
  int64_t count_ = 0, max_ = 0;
};

}  // namespace teahouse::bench
