// Report: a JSON object, written in the order it is filled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/histogram.h"

namespace teahouse::bench {

class Report {
 public:
  Report& add(std::string_view name, double value);
  Report& add(std::string_view name, int64_t value);
  Report& add(std::string_view name, std::string_view value);
  Report& add(std::string_view name, const Report& value);
  // p50, p99, p99.9 and the greatest of nanoseconds, in microseconds.
  Report& add_latency(std::string_view name, const Histogram& values);
  std::string text() const { return "{" + text_ + "}"; }

 private:
  Report& add_raw(std::string_view name, std::string_view json);
  std::string text_;
};

}  // namespace teahouse::bench
