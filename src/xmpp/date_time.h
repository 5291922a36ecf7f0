// Points in time as XMPP writes them: "2026-01-31T23:59:59Z". Writing one is base/clock.h's format_time().
//
// Spec: XEP-0082 section 3.2 (DateTime), a profile of RFC 3339.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace teahouse {

// Milliseconds since 1970-01-01 UTC; none for a text that is no DateTime with a time zone, or lies outside the years 1
// to 9999.
std::optional<int64_t> parse_time(std::string_view text);

}  // namespace teahouse
