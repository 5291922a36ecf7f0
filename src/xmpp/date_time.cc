#include "xmpp/date_time.h"

#include <chrono>

#include "xml/values.h"

namespace teahouse {
namespace {

constexpr int64_t year_1_ms = -62'135'596'800'000, year_10000_ms = 253'402'300'800'000;

// Takes exactly so many digits off the front.
std::optional<int> take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_digits_after(std::string_view& text, char before, size_t count) {
  if (!take(text, before)) return std::nullopt;
  return take_digits(text, count);
}

// A fraction of a second, any number of digits; those past the milliseconds are dropped. 0 where there is none.
std::optional<int> take_fraction_ms(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int ms = 0;
  int weight = 100;
  size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ms += (text.front() - '0') * weight;
    weight /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return ms;
}

// Minutes east of UTC: "Z", "+02:00" or "-05:30", to the end.
std::optional<int> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return text.empty() ? std::optional<int>(0) : std::nullopt;
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  const auto minutes = take_digits_after(text, ':', 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return east ? offset : -offset;
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text) {
  text = xml::trim(text);
  const auto year = take_digits(text, 4);
  const auto month = take_digits_after(text, '-', 2);
  const auto day = take_digits_after(text, '-', 2);
  const auto hour = take_digits_after(text, 'T', 2);
  const auto minute = take_digits_after(text, ':', 2);
  const auto second = take_digits_after(text, ':', 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;  // 60: a leap second
  const auto fraction_ms = take_fraction_ms(text);
  const auto zone_min = take_zone(text);
  if (!fraction_ms || !zone_min) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (*year < 1 || !date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t minutes = (days * 24 + *hour) * 60 + *minute - *zone_min;
  const int64_t ms = (minutes * 60 + *second) * 1000 + *fraction_ms;
  if (ms < year_1_ms || ms >= year_10000_ms) return std::nullopt;  // by its zone
  return ms;
}

}  // namespace teahouse
