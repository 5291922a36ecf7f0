// The bounds of an export, for those that read one: it comes from a stranger's hands. Plans bound the rest, as they do
// what comes otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

#include "xml/document.h"

namespace teahouse::transfer {

inline constexpr int format_version = 1;
inline constexpr size_t chunk_bytes = 256 << 10;          // of lines that are written as one entry, about
inline constexpr uint64_t tenant_bytes_max = 4 << 20;     // of tenant.json, and of end.json
inline constexpr uint64_t user_bytes_max = 256 << 20;     // of one users/….xml
inline constexpr uint32_t user_elements_max = 2'000'000;  // in it
inline constexpr uint64_t lines_bytes_max = 64 << 20;     // of one ….jsonl
inline constexpr size_t line_bytes_max = 16 << 20;        // of a line in it
inline constexpr uint64_t file_row_bytes_max = 16 << 10;  // of one files/….json
inline constexpr uint64_t skipped_bytes_max = 64 << 10;   // of an entry that archivers add (a folder, pax headers)
inline constexpr uint64_t unstored_bytes_max = 4 << 20;   // between waits for the disk

inline constexpr int64_t ahead_ms_max = int64_t{366} * 24 * 60 * 60 * 1000;  // of an archive's ids, before the clock
// Of a users/….xml, whose leaves are stanzas and items as they came.
inline xml::Limits user_limits() {
  return {.element_bytes_max = user_bytes_max, .depth_max = 80, .elements_max = user_elements_max};
}

}  // namespace teahouse::transfer
