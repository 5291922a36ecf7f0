// Text: is it UTF-8, and how long; ASCII letters in one case; numbers.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse {

// UTF-8, strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

// The same, as a text area sends it and XML can carry it: of the control characters only tab and line ends, and neither
// U+FFFE nor U+FFFF.
bool is_text(std::string_view bytes);

// REQUIRES: UTF-8.
size_t count_characters(std::string_view text);
// The start of the text: as many whole characters as there are in bytes_max bytes. REQUIRES: UTF-8.
std::string_view cut(std::string_view text, size_t bytes_max);

// The letters A to Z become small ones; nothing else changes.
constexpr char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string lower_ascii(std::string_view text);

// Decimal digits and nothing else (a '-' before them for a signed type), of a value that the type has.
template <typename Number>
std::optional<Number> parse_decimal(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace teahouse
