// Every function here goes one of two ways. Text that is ASCII throughout needs no Unicode data, and nearly all text
// is, so it is checked and lower-cased byte by byte. Anything else goes through ICU: decode, map until nothing changes,
// and only then judge what that has left (RFC 8264 section 7), so that preparing prepared text is always the identity.
#include "xmpp/prep.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "xmpp/prep_class.h"
#include "xmpp/prep_text.h"

namespace teahouse::xmpp {
namespace {

constexpr size_t part_bytes_max = 1023;
constexpr size_t input_bytes_max = 4 * part_bytes_max;
constexpr int mapping_rounds_max = 4;

Error wrong_size(std::string_view what, size_t size) {
  return malformed(what, size == 0 ? "is empty." : "is longer than 1023 bytes.");
}

bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

// For each ASCII byte what it becomes in a localpart, or 0 if it has no place there: it must be printable, and none of
// those that RFC 7622 section 3.3.1 takes away.
constexpr std::array<char, 256> localpart_bytes = [] {
  std::array<char, 256> bytes{};
  for (int c = 0x21; c <= 0x7E; ++c) {
    const char lower = lower_ascii(static_cast<char>(c));
    bytes[static_cast<size_t>(c)] = std::string_view("\"&'/:<>@").find(lower) == std::string_view::npos ? lower : '\0';
  }
  return bytes;
}();

icu::UnicodeString to_icu(std::u32string_view text) {
  return icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                       static_cast<int32_t>(text.size()));
}

std::u32string from_icu(const icu::UnicodeString& text) {
  std::u32string out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    out.push_back(static_cast<char32_t>(text.char32At(i)));
  return out;
}

// Appends; fails only if ICU has no data.
bool append_nfc(std::u32string& text, bool lower_case) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return false;
  icu::UnicodeString mapped = to_icu(text);
  if (lower_case) mapped.toLower(icu::Locale::getRoot());
  mapped = nfc->normalize(mapped, status);
  if (U_FAILURE(status)) return false;
  text = from_icu(mapped);
  return true;
}

// RFC 8265 section 3.3.2: fullwidth and halfwidth characters become the ones that they are variants of.
void map_width(std::u32string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return;
  std::u32string mapped;
  for (const char32_t cp : text) {
    const int32_t type = u_getIntPropertyValue(static_cast<UChar32>(cp), UCHAR_DECOMPOSITION_TYPE);
    icu::UnicodeString decomposition;
    if ((type == U_DT_WIDE || type == U_DT_NARROW) &&
        nfkc->getRawDecomposition(static_cast<UChar32>(cp), decomposition)) {
      mapped += from_icu(decomposition);
    } else {
      mapped.push_back(cp);
    }
  }
  text = std::move(mapped);
}

// RFC 8265 section 4.2.2: any other space is a space.
void map_spaces(std::u32string& text) {
  for (char32_t& cp : text) {
    if (cp > 0x7F && u_charType(static_cast<UChar32>(cp)) == U_SPACE_SEPARATOR) cp = U' ';
  }
}

// RFC 8264 section 7: width, case and form are mapped, again and again until nothing changes. Errors: jid_malformed.
Result<void> map_username(std::u32string& text, std::string_view what) {
  for (int round = 0; round < mapping_rounds_max; ++round) {
    const std::u32string before = text;
    map_width(text);
    if (!append_nfc(text, true)) return malformed(what, "could not be normalised.");
    if (text == before) return {};
  }
  return malformed(what, "has no stable form.");
}

Result<void> check_direction(std::u32string_view text, std::string_view what) {
  static constexpr std::string_view rtl = "letters that are written from right to left";
  const auto fault = find_bidi_fault(text);
  if (!fault) return {};
  const std::string character = name_of(fault->character);
  switch (fault->rule) {
    case BidiFault::Rule::first:
      return malformed(
          what, std::string("has ").append(rtl) + ", so it must begin with a letter, not with " + character + ".");
    case BidiFault::Rule::last:
      return malformed(what, std::string("has ").append(rtl) + ", so it must end with a letter or a digit, not with " +
                                 character + ".");
    case BidiFault::Rule::digits:
      return malformed(what, std::string("has European and Arabic digits beside ").append(rtl) + ".");
    case BidiFault::Rule::direction: break;
  }
  return malformed(what,
                   "mixes letters that are written from left to right and from right to left, "
                   "which could deceive.");
}

Result<void> append_unicode_localpart(std::string& out, std::string_view text) {
  static constexpr std::string_view what = "The localpart";
  auto decoded = decode_utf8(text);
  if (!decoded) return malformed(what, "is not UTF-8.");
  if (auto mapped = map_username(*decoded, what); !mapped) return mapped;
  if (const auto at = find_disallowed(*decoded, StringClass::identifier)) return disallowed(what, (*decoded)[*at]);
  for (const char32_t cp : *decoded) {
    if (cp < 0x80 && localpart_bytes[cp] == 0) return disallowed(what, cp);
  }
  if (auto straight = check_direction(*decoded, what); !straight) return straight;
  const size_t start = out.size();
  append_utf8(out, *decoded);
  const size_t size = out.size() - start;
  if (size == 0 || size > part_bytes_max) return wrong_size(what, size);
  return {};
}

Result<void> append_opaque_string(std::string& out, std::string_view text, std::string_view what) {
  if (text.empty() || text.size() > input_bytes_max) return wrong_size(what, text.size());
  const size_t start = out.size();
  if (is_ascii(text)) {
    for (const char c : text) {
      if (c < 0x20 || c == 0x7F) return disallowed(what, static_cast<unsigned char>(c));
    }
    out.append(text);
  } else {
    auto decoded = decode_utf8(text);
    if (!decoded) return malformed(what, "is not UTF-8.");
    for (int round = 0;; ++round) {
      const std::u32string before = *decoded;
      if (round == mapping_rounds_max) return malformed(what, "has no stable form.");
      map_spaces(*decoded);
      if (!append_nfc(*decoded, false)) return malformed(what, "could not be normalised.");
      if (*decoded == before) break;
    }
    if (const auto at = find_disallowed(*decoded, StringClass::freeform)) return disallowed(what, (*decoded)[*at]);
    append_utf8(out, *decoded);
  }
  const size_t size = out.size() - start;
  if (size == 0 || size > part_bytes_max) return wrong_size(what, size);
  return {};
}

}  // namespace

Result<void> append_localpart(std::string& out, std::string_view text) {
  static constexpr std::string_view what = "The localpart";
  if (text.empty() || text.size() > input_bytes_max) return wrong_size(what, text.size());
  if (!is_ascii(text)) return append_unicode_localpart(out, text);
  if (text.size() > part_bytes_max) return wrong_size(what, text.size());
  const size_t start = out.size();
  out.append(text);
  for (size_t i = start; i < out.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(out[i]);
    out[i] = localpart_bytes[byte];
    if (out[i] == 0) return disallowed(what, byte);
  }
  return {};
}

Result<std::string> map_localpart(std::string_view text) {
  static constexpr std::string_view what = "The localpart";
  if (text.empty() || text.size() > input_bytes_max) return wrong_size(what, text.size());
  auto decoded = decode_utf8(text);
  if (!decoded) return malformed(what, "is not UTF-8.");
  if (auto mapped = map_username(*decoded, what); !mapped) return mapped.error();
  std::string out;
  append_utf8(out, *decoded);
  return out;
}

Result<void> append_resourcepart(std::string& out, std::string_view text) {
  return append_opaque_string(out, text, "The resourcepart");
}

Result<std::string> prepare_password(std::string_view text) {
  std::string prepared;
  auto done = append_opaque_string(prepared, text, "The password");
  if (!done) return Error{ErrorKind::not_acceptable, done.error().text};
  return prepared;
}

}  // namespace teahouse::xmpp
