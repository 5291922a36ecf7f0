// Characters as XML 1.0 sees them: UTF-8 decoding, the Char production, name classes, and a class table for single
// bytes. Spec: XML 1.0 (fifth edition) sections 2.2 and 2.3; RFC 3629.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse::xml {

// One decoded character. `size` is how many bytes it took; 0: the bytes end inside it; negative: it is not UTF-8 or not
// allowed.
struct Char {
  uint32_t code;
  int size;
};

// Decodes one character strictly: no overlong form, no surrogate, nothing past U+10FFFF, nothing that is no XML Char. A
// wrong byte is found at once, also where the character is not yet whole. REQUIRES: at < end.
Char decode_char(const char* at, const char* end);

// The same as UTF-8. REQUIRES: is_char(code).
void append_char(std::string& out, uint32_t code);

bool is_char(uint32_t code);

// Characters of names, without the colon. Past ASCII these are the classes of the fourth edition (all of them are in
// the fifth's): expat, and so most XMPP software, knows no others, and a name that the receiver refuses would cost it
// its stream.
bool is_name_start(uint32_t code);
bool is_name(uint32_t code);

// Classes of single bytes, for tight loops.
enum ByteClass : uint8_t {
  byte_space = 1,        // white space
  byte_name = 2,         // ASCII name characters but the colon
  byte_plain_text = 4,   // means itself in character data, whatever stands beside it
  byte_plain_value = 8,  // means itself in an attribute's value
  byte_reference = 16,   // may stand between & and ;
  byte_unescaped = 32,   // is written as itself, in text and in values
};

constexpr std::array<uint8_t, 256> make_byte_classes() {
  std::array<uint8_t, 256> classes{};
  for (int byte = 0; byte < 0x80; ++byte) {
    const bool alphanumeric =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    uint8_t of = 0;
    if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') of |= byte_space | byte_plain_text;
    if (alphanumeric || byte == '-' || byte == '.' || byte == '_') of |= byte_name;
    if (alphanumeric || byte == '#') of |= byte_reference;
    if (byte >= ' ' && byte != '<' && byte != '&' && byte != '>') of |= byte_plain_text;
    if (byte >= ' ' && byte != '<' && byte != '&' && byte != '"' && byte != '\'') of |= byte_plain_value;
    if ((of & byte_plain_value) != 0 && byte != '>') of |= byte_unescaped;
    classes[static_cast<size_t>(byte)] = of;
  }
  return classes;
}

inline constexpr std::array<uint8_t, 256> byte_classes = make_byte_classes();

inline bool has_class(char byte, ByteClass wanted) {
  return (byte_classes[static_cast<unsigned char>(byte)] & wanted) != 0;
}
inline bool is_space(char byte) { return has_class(byte, byte_space); }
inline bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

#if defined(__SSE2__)
// Which of sixteen bytes are not ASCII, or markup, a quote or a control character: a bit for each.
inline unsigned find_special(__m128i bytes) {
  const auto is = [&](char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); };
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));  // signed: bytes beyond ASCII are low too
  const __m128i markup = _mm_or_si128(_mm_or_si128(is('<'), is('>')), is('&'));
  const __m128i quotes = _mm_or_si128(is('"'), is('\''));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(low, markup), quotes)));
}
inline __m128i load_sixteen(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
inline __m128i load_eight(const char* at) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)); }
#endif

// Past sixteen bytes at a time that are ASCII and no markup, quote or control character; stops at the latest where
// fewer than sixteen are left. REQUIRES: at <= end.
inline const char* skip_letters(const char* at, [[maybe_unused]] const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    if (const unsigned special = find_special(load_sixteen(at))) return at + __builtin_ctz(special);
  }
#endif
  return at;
}

// All of it is ASCII and no markup, quote or control character. False says nothing.
inline bool is_letters(std::string_view text) {
#if defined(__SSE2__)
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() >= 16) {
    for (; end - at > 16; at += 16) {
      if (find_special(load_sixteen(at)) != 0) return false;
    }
    return find_special(load_sixteen(end - 16)) == 0;  // some of them for the second time
  }
  if (text.size() >= 8) return ((find_special(load_eight(at)) | find_special(load_eight(end - 8))) & 0xff) == 0;
#endif
  return std::ranges::all_of(text, [](char byte) { return has_class(byte, byte_unescaped); });
}

// Past the bytes that are of this class (byte_plain_text or byte_plain_value). REQUIRES: at <= end.
inline const char* skip_plain(const char* at, const char* end, ByteClass plain) {
  for (;;) {
    at = skip_letters(at, end);
    if (at == end || !has_class(*at, plain)) return at;
    ++at;
  }
}

}  // namespace teahouse::xml
