// A plane's own small notes: words and numbers apart by spaces, taken off the front.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace teahouse::store {

inline std::string_view take_word(std::string_view& note) {
  const size_t end = std::min(note.find(' '), note.size());
  const std::string_view word = note.substr(0, end);
  note.remove_prefix(std::min(end + 1, note.size()));
  return word;
}

// 0 for what is none.
inline int64_t take_number(std::string_view& note) { return parse_decimal<int64_t>(take_word(note)).value_or(0); }

}  // namespace teahouse::store
