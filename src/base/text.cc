#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace teahouse {

namespace {

// The length of the well-formed sequence at the start, 0 without one. REQUIRES: size > 0.
size_t sequence_size(const unsigned char* p, size_t size) {
  const auto continues = [p, size](size_t i) { return i < size && (p[i] & 0xC0) == 0x80; };
  if (p[0] < 0x80) return 1;
  if (p[0] < 0xC2) return 0;
  if (p[0] < 0xE0) return continues(1) ? 2 : 0;
  if (p[0] < 0xF0) {
    if (!continues(1) || !continues(2)) return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
    return 3;
  }
  if (p[0] > 0xF4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
  return 4;
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

bool is_utf8(std::string_view bytes) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t left = bytes.size();
  while (left > 0) {
    uint64_t word = 0;
    if (left >= sizeof word) {
      std::memcpy(&word, p, sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        p += sizeof word;
        left -= sizeof word;
        continue;
      }
    }
    const size_t size = sequence_size(p, left);
    if (size == 0) return false;
    p += size;
    left -= size;
  }
  return true;
}

bool is_text(std::string_view bytes) {
  if (!is_utf8(bytes) || bytes.find("\xEF\xBF\xBE") != bytes.npos || bytes.find("\xEF\xBF\xBF") != bytes.npos)
    return false;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) return false;
  }
  return true;
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && !begins_character(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_ascii(c);
  return lower;
}

}  // namespace teahouse
