#include "base/clock.h"

#include <algorithm>
#include <chrono>

namespace teahouse {
namespace {

void write_digits(std::string& text, size_t at, size_t count, int value) {
  for (size_t i = count; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
}

}  // namespace

int64_t SystemClock::wall_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

int64_t SystemClock::monotonic_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string format_time(int64_t wall_ms) {
  using std::chrono::days, std::chrono::floor, std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> at{milliseconds(wall_ms)};
  const auto midnight = floor<days>(at);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(at - midnight);
  std::string text = "0000-00-00T00:00:00.000Z";
  write_digits(text, 0, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));
  write_digits(text, 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
  write_digits(text, 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
  write_digits(text, 11, 2, static_cast<int>(time.hours().count()));
  write_digits(text, 14, 2, static_cast<int>(time.minutes().count()));
  write_digits(text, 17, 2, static_cast<int>(time.seconds().count()));
  write_digits(text, 20, 3, static_cast<int>(time.subseconds().count()));
  return text;
}

}  // namespace teahouse
