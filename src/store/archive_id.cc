#include <algorithm>
#include <cassert>

#include "store/data_plane.h"

namespace teahouse::store {
namespace {

constexpr unsigned loop_bits = 8, counter_bits = 12;
constexpr uint64_t counter_end = uint64_t{1} << counter_bits;

}  // namespace

ArchiveId ArchiveIdMaker::make(int64_t wall_ms) {
  assert(loop_ < (1U << loop_bits));
  const uint64_t now_ms = wall_ms > 0 ? static_cast<uint64_t>(wall_ms) : 1;
  if (now_ms > last_ms_) {
    last_ms_ = now_ms;
    counter_ = 0;
  } else if (++counter_ == counter_end) {  // more ids than a millisecond has: borrow from the next
    ++last_ms_;
    counter_ = 0;
  }
  return static_cast<ArchiveId>(last_ms_ << (loop_bits + counter_bits) | counter_ << loop_bits | loop_);
}

int64_t time_ms(ArchiveId id) { return static_cast<int64_t>(static_cast<uint64_t>(id) >> (loop_bits + counter_bits)); }

ArchiveId first_id_at(int64_t wall_ms) {
  constexpr int64_t last_ms = (int64_t{1} << (64 - loop_bits - counter_bits)) - 1;
  const int64_t ms = std::clamp<int64_t>(wall_ms, 0, last_ms);
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
