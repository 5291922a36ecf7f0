// The domainpart: an address literal, an ASCII name, or a name with U-labels or A-labels, which ICU's UTS #46 maps and
// checks. UTS #46 allows symbols that IDNA2008 does not ("♥.example"), so IDNA2008's own class check follows: but for
// ASCII it is the derivation of the IdentifierClass.
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <memory>

#include "xmpp/prep.h"
#include "xmpp/prep_class.h"
#include "xmpp/prep_text.h"

namespace teahouse::xmpp {
namespace {

constexpr size_t part_bytes_max = 1023;
constexpr size_t label_bytes_max = 63;

constexpr std::string_view what = "The domainpart";

Error malformed(std::string_view why) { return xmpp::malformed(what, why); }

// For each byte what it becomes in an ASCII name: a letter or digit in lower case, '-' or '.', or 0.
constexpr std::array<char, 256> domain_bytes = [] {
  std::array<char, 256> bytes{};
  for (char c = 'a'; c <= 'z'; ++c) bytes[static_cast<size_t>(c)] = bytes[static_cast<size_t>(c - 'a' + 'A')] = c;
  for (char c = '0'; c <= '9'; ++c) bytes[static_cast<size_t>(c)] = c;
  bytes['-'] = '-';
  bytes['.'] = '.';
  return bytes;
}();

// Null if the label (in lower case) may stand in an ASCII name.
const char* find_label_fault(std::string_view label) {
  if (label.empty()) return "has an empty label (two dots, or a dot at its start).";
  if (label.size() > label_bytes_max) return "has a label of more than 63 bytes.";
  if (label.front() == '-' || label.back() == '-') return "has a label that starts or ends with '-'.";
  return nullptr;
}

enum class Ascii { appended, needs_icu };

// One pass, because this is done for nearly every stanza. A label "xn--..." is ASCII but means something else.
Result<Ascii> append_ascii_domain(std::string& out, std::string_view text) {
  const size_t start = out.size();
  out.append(text);
  size_t label_start = start;
  const char* fault = nullptr;  // told only if no byte after it turns this into a name for ICU
  for (size_t i = start; i <= out.size(); ++i) {
    if (i < out.size()) {
      const unsigned char byte = static_cast<unsigned char>(out[i]);
      if (byte >= 0x80) return Ascii::needs_icu;
      out[i] = domain_bytes[byte];
      if (out[i] == 0 && !fault) fault = "has a character that is not a letter, a digit, '-' or '.'.";
      if (out[i] != '.') continue;
    }
    const std::string_view label = std::string_view(out).substr(label_start, i - label_start);
    if (label.starts_with("xn--")) return Ascii::needs_icu;
    if (!fault) fault = find_label_fault(label);
    label_start = i + 1;
  }
  if (fault) return malformed(fault);
  if (text.size() > part_bytes_max) return malformed("is longer than 1023 bytes.");
  return Ascii::appended;
}

// "[2001:db8::1]": written anew as RFC 5952 wants it, so that one address has one spelling.
Result<void> append_ipv6(std::string& out, std::string_view text) {
  static constexpr std::string_view why = "is not an IPv6 address in brackets.";
  if (text.size() < 4 || text.size() > INET6_ADDRSTRLEN + 2 || text.back() != ']') return malformed(why);
  const std::string inner(text.substr(1, text.size() - 2));
  in6_addr address{};
  char canonical[INET6_ADDRSTRLEN];
  if (inner.find('\0') != inner.npos || inet_pton(AF_INET6, inner.c_str(), &address) != 1 ||
      !inet_ntop(AF_INET6, &address, canonical, sizeof canonical)) {
    return malformed(why);
  }
  out.append("[").append(canonical).append("]");
  return {};
}

const icu::IDNA* idna() {
  static const std::unique_ptr<const icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<const icu::IDNA>(icu::IDNA::createUTS46Instance(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        status));
  }();
  return instance.get();
}

// The first character of a name, as code points, that its label may not hold where it stands (RFC 5892).
std::optional<char32_t> find_disallowed_character(std::u32string_view name) {
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find(U'.', start), name.size());
    const std::u32string_view label = name.substr(start, end - start);
    if (const auto at = find_disallowed(label, StringClass::identifier)) return label[*at];
    for (const char32_t cp : label) {
      if (is_idna_ignorable_block(cp)) return cp;
    }
    start = end + 1;
  }
  return std::nullopt;
}

// The same, of a name that ICU has refused: a character that it refuses alone too, or one in the wrong place.
Error refuse_character(std::u32string_view given, std::string_view mapped) {
  for (const char32_t cp : given) {
    std::string alone, out;
    append_utf8(alone, {&cp, 1});
    UErrorCode status = U_ZERO_ERROR;
    icu::StringByteSink<std::string> sink(&out);
    icu::IDNAInfo info;
    idna()->labelToUnicodeUTF8(alone, sink, info, status);
    if ((info.getErrors() & UIDNA_ERROR_DISALLOWED) != 0) return disallowed(what, cp);
  }
  const auto name = decode_utf8(mapped);
  const auto character = name ? find_disallowed_character(*name) : std::nullopt;
  return character ? disallowed(what, *character) : malformed("has a character that is not allowed there.");
}

Error refuse(uint32_t errors, std::u32string_view given, std::string_view mapped) {
  if (errors & UIDNA_ERROR_EMPTY_LABEL) return malformed("has an empty label (two dots, or a dot at its start).");
  if (errors & (UIDNA_ERROR_LABEL_TOO_LONG)) return malformed("has a label of more than 63 bytes (in Punycode).");
  if (errors & (UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN)) {
    return malformed("has a label that starts or ends with '-'.");
  }
  if (errors & (UIDNA_ERROR_PUNYCODE | UIDNA_ERROR_INVALID_ACE_LABEL)) {
    return malformed("has a label \"xn--...\" that stands for no name.");
  }
  if (errors & UIDNA_ERROR_LEADING_COMBINING_MARK) return malformed("has a label that begins with a combining mark.");
  if (errors & UIDNA_ERROR_BIDI) {
    return malformed(
        "has letters that are written from right to left, so each label must begin with a letter, end with a letter or "
        "a digit, and be written in one direction.");
  }
  return refuse_character(given, mapped);
}

// RFC 5891 section 4.2.3.1: this pattern is kept for A-labels. A label that is ASCII throughout may have it.
bool has_reserved_hyphens(std::u32string_view name) {
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find(U'.', start), name.size());
    const std::u32string_view label = name.substr(start, end - start);
    const bool is_ascii = std::all_of(label.begin(), label.end(), [](char32_t cp) { return cp < 0x80; });
    if (!is_ascii && label.size() > 3 && label.substr(2, 2) == U"--") return true;
    start = end + 1;
  }
  return false;
}

// The characters that UTS #46 maps otherwise since 15.1 than the ICU of today's distributions does: U+1E9E to a sharp s
// and not to "ss", and five CJK compatibility ideographs, which NFC maps.
std::optional<std::string> map_as_newer_uts46(std::u32string_view text) {
  std::string mapped;
  for (const char32_t cp : text)
    append_utf8(mapped, cp == U'\u1E9E' ? std::u32string_view(U"\u00DF") : std::u32string_view(&cp, 1));
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return std::nullopt;
  std::string normalised;
  icu::StringByteSink<std::string> sink(&normalised);
  nfc->normalizeUTF8(0, mapped, sink, nullptr, status);
  if (U_FAILURE(status)) return std::nullopt;
  return normalised;
}

// ICU looks for "--" in labels of any kind; has_reserved_hyphens looks closer.
uint32_t errors_of(const icu::IDNAInfo& info) { return info.getErrors() & ~uint32_t{UIDNA_ERROR_HYPHEN_3_4}; }

// A name of U-labels, which ICU has mapped: only the rules that IDNA2008 has beyond UTS #46 are left to check.
Result<void> check_u_labels(const std::string& name) {
  const auto decoded = decode_utf8(name);
  if (!decoded) return malformed("is not UTF-8.");
  if (has_reserved_hyphens(*decoded)) {
    return malformed("has a label of other letters than ASCII with '--' in its third and fourth place.");
  }
  if (const auto character = find_disallowed_character(*decoded)) return disallowed(what, *character);
  // Its A-labels must exist too: this is what limits a label to 63 bytes in DNS.
  UErrorCode status = U_ZERO_ERROR;
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  idna()->nameToASCII_UTF8(name, sink, info, status);
  const uint32_t errors = errors_of(info) & ~uint32_t{UIDNA_ERROR_DOMAIN_NAME_TOO_LONG};
  if (U_FAILURE(status)) return malformed("could not be written in Punycode.");
  if (errors != 0) return refuse(errors, *decoded, name);
  return {};
}

Result<void> append_idn(std::string& out, std::string_view text) {
  const auto given = decode_utf8(text);
  if (!given) return malformed("is not UTF-8.");
  const auto mapped = map_as_newer_uts46(*given);
  if (!idna() || !mapped) return malformed("could not be checked: ICU has no data.");
  UErrorCode status = U_ZERO_ERROR;
  std::string name;
  icu::IDNAInfo info;
  icu::StringByteSink<std::string> sink(&name);
  idna()->nameToUnicodeUTF8(*mapped, sink, info, status);
  if (U_FAILURE(status)) return malformed("could not be mapped.");
  if (errors_of(info) != 0) return refuse(errors_of(info), *given, name);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty()) return malformed("is empty.");
  if (name.size() > part_bytes_max) return malformed("is longer than 1023 bytes.");

  // An all-ASCII name (of fullwidth letters, say) has only the rules of ASCII names to keep.
  const size_t start = out.size();
  const auto ascii_name = append_ascii_domain(out, name);
  if (!ascii_name) return ascii_name.error();
  if (*ascii_name == Ascii::appended) return {};
  out.resize(start);
  if (auto checked = check_u_labels(name); !checked) return checked;
  out.append(name);
  return {};
}

}  // namespace

Result<void> append_domainpart(std::string& out, std::string_view text) {
  if (text.size() > 4 * part_bytes_max) return malformed("is longer than 1023 bytes.");
  if (!text.empty() && text.front() == '[') return append_ipv6(out, text);
  const size_t start = out.size();
  const std::string_view without_dot = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
  if (without_dot.empty()) return malformed("is empty.");
  const auto ascii = append_ascii_domain(out, without_dot);
  if (!ascii) return ascii.error();
  if (*ascii == Ascii::appended) return {};
  out.resize(start);
  return append_idn(out, text);
}

}  // namespace teahouse::xmpp
