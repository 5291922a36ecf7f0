#include "tests/simulator/trace.h"

#include <cstdio>

namespace teahouse::simulator {

void Trace::add(const std::string& who, const std::string& what) {
  const int64_t ms = clock_.monotonic_ms() - began_ms_;
  std::string line = "step " + std::to_string(step_) + ", " + std::to_string(ms) + " ms, " + who + ": " + what;
  for (const char byte : line) digest_ = (digest_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  if (loud_) std::fprintf(stderr, "%s\n", line.c_str());
  last_.push_back(std::move(line));
  if (last_.size() > kept) last_.pop_front();
}

}  // namespace teahouse::simulator
