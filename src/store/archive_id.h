// ArchiveId: the place of a row in its archive: larger came later, for ever (XEP-0313 section 3.2).
//
// It is a time, never before that of an earlier id, with a counter and the loop's number: milliseconds in the upper 44
// bits, then 12 of a counter and 8 of the loop. The clock's own time is kept beside it where it differs
// (ArchiveRow::at_ms), since clocks are put back.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse::store {

enum class ArchiveId : uint64_t { none = 0 };

inline constexpr unsigned loop_bits = 8, counter_bits = 12;
inline constexpr uint64_t counter_end = uint64_t{1} << counter_bits;
// Ids' times are in 0..id_ms_end - 1. No clock is believed that says a later time than id_wall_ms_max (in the year
// 2248), so that ids have room to grow after it.
inline constexpr int64_t id_ms_end = int64_t{1} << 44, id_wall_ms_max = int64_t{1} << 43;

int64_t time_ms(ArchiveId id);
ArchiveId first_id_at(int64_t at_ms);  // the least id of that millisecond
// 16 lower-case hex digits, in the order of the ids. For names in stores: strangers could guess them
// (server/archive_ids.h).
std::string to_string(ArchiveId id);
std::optional<ArchiveId> parse_archive_id(std::string_view text);

}  // namespace teahouse::store
