// Clock: time as a parameter, so that tests own it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace teahouse {

// Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t wall_ms() const = 0;       // milliseconds since 1970-01-01 UTC; may jump
  virtual int64_t monotonic_ms() const = 0;  // milliseconds since some start; never goes back
};

class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override;
  int64_t monotonic_ms() const override;
};

// A clock that stands still until it is told otherwise.
class FakeClock final : public Clock {
 public:
  int64_t wall_ms() const override { return wall_ms_; }
  int64_t monotonic_ms() const override { return monotonic_ms_; }
  // Time goes by.
  void advance_ms(int64_t by_ms) {
    wall_ms_ += by_ms;
    monotonic_ms_ += by_ms;
  }
  // The wall clock is put forward, or back; no time goes by.
  void set_wall_ms(int64_t wall_ms) { wall_ms_ = wall_ms; }

 private:
  std::atomic<int64_t> wall_ms_ = 1'700'000'000'000;
  std::atomic<int64_t> monotonic_ms_ = 1'000'000;  // since some start, which is another
};

// "2026-01-31T23:59:59.123Z" (XEP-0082, RFC 3339). Years have four digits, so others read 0000 or 9999.
std::string format_time(int64_t wall_ms);

}  // namespace teahouse
