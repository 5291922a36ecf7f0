#include "xmpp/nickname.h"

#include <unicode/bytestream.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/text.h"
#include "xmpp/prep_class.h"
#include "xmpp/prep_text.h"

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
    key.push_back(lower_ascii(byte));
  }
  if (key.ends_with(' ')) key.pop_back();
  return key;
}

bool is_space(char32_t character) { return u_charType(static_cast<UChar32>(character)) == U_SPACE_SEPARATOR; }

icu::UnicodeString map_spaces(const icu::UnicodeString& text) {
  icu::UnicodeString mapped;
  for (int32_t i = 0; i < text.length(); ++i) {  // no space lies outside the BMP
    if (!is_space(text[i])) {
      mapped.append(text[i]);
    } else if (!mapped.isEmpty() && !mapped.endsWith(u' ')) {
      mapped.append(u' ');
    }
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

std::string make_nickname(std::string_view name) {
  if (!decode_utf8(name)) return {};
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string nickname(name);
  for (int round = 0; round < rounds_max && U_SUCCESS(status); ++round) {
    // Composed first: the letters of a Hangul syllable are none by themselves.
    std::string composed;
    icu::StringByteSink<std::string> sink(&composed);
    nfc->normalizeUTF8(0, nickname, sink, nullptr, status);
    auto text = decode_utf8(composed);
    while (const auto at = find_disallowed(*text, StringClass::freeform)) text->erase(*at, 1);
    const auto first = std::find_if_not(text->begin(), text->end(), is_space);
    const auto last = std::find_if_not(text->rbegin(), text->rend(), is_space).base();
    nickname.clear();
    if (first < last) append_utf8(nickname, std::u32string(first, last));
    if (nickname == composed) break;
  }
  return nickname;
}

}  // namespace teahouse::xmpp
