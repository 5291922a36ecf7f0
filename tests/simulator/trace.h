// Trace: what happens in a run, in words: the last events of it, and a digest of all, by which two runs are compared.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/clock.h"

namespace teahouse::simulator {

class Trace {
 public:
  static constexpr size_t kept = 60;

  explicit Trace(const Clock& clock) : clock_(clock), began_ms_(clock.monotonic_ms()) {}

  void begin_step(int step) { step_ = step; }
  int step() const { return step_; }
  void add(const std::string& who, const std::string& what);
  const std::deque<std::string>& last() const { return last_; }
  uint64_t digest() const { return digest_; }
  void set_loud() { loud_ = true; }  // every event goes to stderr

 private:
  const Clock& clock_;
  const int64_t began_ms_;
  int step_ = 0;
  bool loud_ = false;
  std::deque<std::string> last_;
  uint64_t digest_ = 0xcbf29ce484222325;  // FNV-1a
};

}  // namespace teahouse::simulator
