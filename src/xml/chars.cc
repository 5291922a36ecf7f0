#include "xml/chars.h"

namespace teahouse::xml {
namespace {

struct Lead {
  int size;                // bytes of the whole character
  uint8_t second_lowest;   // what the second byte may be: this is where overlong forms, surrogates and
  uint8_t second_highest;  // what lies past U+10FFFF are told apart
};

// Unicode's table of well-formed UTF-8 byte sequences.
constexpr Lead lead_of(uint8_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

bool is_char(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  if (code < 0xD800) return true;
  return (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

Char decode_char(const char* at, const char* end) {
  const auto first = static_cast<uint8_t>(*at);
  if (first < 0x80) return {first, is_char(first) ? 1 : -1};
  const Lead lead = lead_of(first);
  if (lead.size == 0) return {0, -1};
  uint32_t code = first & (0x7Fu >> lead.size);
  for (int i = 1; i < lead.size; ++i) {
    if (at + i == end) return {0, 0};
    const auto byte = static_cast<uint8_t>(at[i]);
    const uint8_t lowest = i == 1 ? lead.second_lowest : 0x80;
    const uint8_t highest = i == 1 ? lead.second_highest : 0xBF;
    if (byte < lowest || byte > highest) return {0, -1};
    code = code << 6 | (byte & 0x3Fu);
  }
  return {code, is_char(code) ? lead.size : -1};
}

void append_char(std::string& out, uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

}  // namespace teahouse::xml
