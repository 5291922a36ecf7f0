// Usage marks: how the accounts are noted that did something in an hour or a day: each has an entry of a map in the
// tenant's data, whose key is the hour or the day.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse::usage_marks {

inline constexpr std::string_view map_name = "active";
inline constexpr int64_t hour_ms = 3'600'000, hours_a_day = 24;

// Both since 1970, of UTC.
inline std::string hour_key(int64_t hour) { return "h" + std::to_string(hour); }
inline std::string day_key(int64_t day) { return "d" + std::to_string(day); }

}  // namespace teahouse::usage_marks
