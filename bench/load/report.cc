#include "bench/load/report.h"

#include <array>
#include <cstdio>

namespace teahouse::bench {

Report& Report::add_raw(std::string_view name, std::string_view json) {
  if (!text_.empty()) text_ += ", ";
  text_.append("\"").append(name).append("\": ").append(json);
  return *this;
}

Report& Report::add(std::string_view name, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return add_raw(name, text.data());
}

Report& Report::add(std::string_view name, int64_t value) { return add_raw(name, std::to_string(value)); }

Report& Report::add(std::string_view name, std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return add_raw(name, quoted + "\"");
}

Report& Report::add(std::string_view name, const Report& value) { return add_raw(name, value.text()); }

Report& Report::add_latency(std::string_view name, const Histogram& values) {
  const auto us = [&](double share) { return static_cast<double>(values.quantile(share)) / 1000; };
  return add(name, Report()
                       .add("p50", us(0.5))
                       .add("p99", us(0.99))
                       .add("p99.9", us(0.999))
                       .add("max", static_cast<double>(values.max()) / 1000)
                       .add("count", values.count()));
}

}  // namespace teahouse::bench
