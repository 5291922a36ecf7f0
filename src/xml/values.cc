#include "xml/values.h"

#include <charconv>
#include <limits>

namespace teahouse::xml {

std::string_view trim(std::string_view text) {
  static constexpr std::string_view white_space = " \t\r\n";
  const size_t begin = text.find_first_not_of(white_space);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) + 1 - begin);
}

std::optional<int64_t> parse_integer(std::string_view text) {
  text = trim(text);
  const bool is_negative = text.starts_with('-');
  if (text.starts_with('+')) text.remove_prefix(1);  // which from_chars does not know
  if (text.find_first_not_of("0123456789", is_negative ? 1 : 0) != text.npos) return std::nullopt;
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc::invalid_argument) return std::nullopt;
  if (read.ec == std::errc{}) return value;
  return is_negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

std::optional<bool> parse_boolean(std::string_view text) {
  text = trim(text);
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return std::nullopt;
}

}  // namespace teahouse::xml
