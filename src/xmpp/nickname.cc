#include "xmpp/nickname.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace teahouse::xmpp {
namespace {

constexpr int rounds_max = 4;  // RFC 8264 section 7: the rules are applied until nothing changes, so often at most

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

// RFC 8266 section 2.1, rule 2: no space at the ends, one between words.
std::string map_ascii(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  for (const char byte : text) {
    if (byte == ' ' && (key.empty() || key.back() == ' ')) continue;
    key.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte);
  }
  if (key.ends_with(' ')) key.pop_back();
  return key;
}

icu::UnicodeString map_spaces(const icu::UnicodeString& text) {
  icu::UnicodeString mapped;
  for (int32_t i = 0; i < text.length(); ++i) {  // no space lies outside the BMP
    const bool is_space = u_charType(text[i]) == U_SPACE_SEPARATOR;
    if (is_space && (mapped.isEmpty() || mapped.endsWith(u' '))) continue;
    mapped.append(is_space ? u' ' : text[i]);
  }
  if (mapped.endsWith(u' ')) mapped.truncate(mapped.length() - 1);
  return mapped;
}

}  // namespace

std::string make_nickname_key(std::string_view text) {
  if (is_ascii(text)) return map_ascii(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  auto key = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  for (int round = 0; round < rounds_max && U_SUCCESS(status); ++round) {
    const icu::UnicodeString before = key;
    key = map_spaces(key);
    key.toLower(icu::Locale::getRoot());
    key = nfkc->normalize(key, status);
    if (key == before) break;
  }
  std::string utf8;
  return U_SUCCESS(status) ? key.toUTF8String(utf8) : std::string(text);
}

}  // namespace teahouse::xmpp
