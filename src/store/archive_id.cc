#include "store/archive_id.h"

#include <algorithm>

namespace teahouse::store {

int64_t time_ms(ArchiveId id) { return static_cast<int64_t>(static_cast<uint64_t>(id) >> (loop_bits + counter_bits)); }

ArchiveId first_id_at(int64_t at_ms) {
  const int64_t ms = std::clamp<int64_t>(at_ms, 0, id_ms_end - 1);
  return static_cast<ArchiveId>(std::max<uint64_t>(1, static_cast<uint64_t>(ms) << (loop_bits + counter_bits)));
}

std::string to_string(ArchiveId id) {
  std::string text(16, '0');
  auto rest = static_cast<uint64_t>(id);
  for (size_t at = 16; at-- > 0; rest >>= 4) text[at] = "0123456789abcdef"[rest & 15];
  return text;
}

std::optional<ArchiveId> parse_archive_id(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  uint64_t id = 0;
  for (char c : text) {
    if (c >= '0' && c <= '9') {
      id = id << 4 | static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      id = id << 4 | static_cast<uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  if (id == 0) return std::nullopt;
  return static_cast<ArchiveId>(id);
}

}  // namespace teahouse::store
