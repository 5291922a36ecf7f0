#include "xmpp/prep_text.h"

#include <unicode/utf8.h>

#include <cstdio>

namespace teahouse::xmpp {

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 cp = 0;
    U8_NEXT(text.data(), i, size, cp);
    if (cp < 0) return std::nullopt;
    decoded.push_back(static_cast<char32_t>(cp));
  }
  return decoded;
}

void append_utf8(std::string& out, std::u32string_view text) {
  for (const char32_t cp : text) {
    char bytes[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(cp));
    out.append(bytes, static_cast<size_t>(size));
  }
}

std::string name_of(char32_t character) {
  char name[16];
  snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(character));
  return name;
}

Error malformed(std::string_view what, std::string_view why) {
  std::string text(what);
  text.append(" ").append(why);
  return Error{ErrorKind::jid_malformed, std::move(text)};
}

Error disallowed(std::string_view what, char32_t character) {
  return malformed(what, "has a character that is not allowed there: " + name_of(character) + ".");
}

}  // namespace teahouse::xmpp
