// The domainpart: an address literal, an ASCII name, or a name with U-labels or A-labels, which ICU's UTS #46 maps and
// checks. UTS #46 allows symbols that IDNA2008 does not ("♥.example"), so IDNA2008's own class check follows: but for
// ASCII it is the derivation of the IdentifierClass.
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/utf8.h>

#include <arpa/inet.h>

#include <array>
#include <memory>

#include "xmpp/prep.h"
#include "xmpp/prep_class.h"

namespace teahouse::xmpp {
namespace {

constexpr size_t part_bytes_max = 1023;
constexpr size_t label_bytes_max = 63;

Error malformed(std::string_view why) {
  return Error{ErrorKind::jid_malformed, std::string("The domainpart ").append(why)};
}

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

bool is_idna2008(std::string_view domain) {
  std::u32string label;
  const int32_t size = static_cast<int32_t>(domain.size());
  for (int32_t i = 0; i < size;) {
    UChar32 cp = 0;
    U8_NEXT(domain.data(), i, size, cp);
    if (cp < 0) return false;
    if (cp != '.') label.push_back(static_cast<char32_t>(cp));
    if (cp == '.' || i == size) {
      if (find_disallowed(label, StringClass::identifier)) return false;
      label.clear();
    }
  }
  return true;
}

Result<void> append_idn(std::string& out, std::string_view text) {
  static constexpr std::string_view why = "is not a valid internationalised domain name (IDNA2008).";
  if (!idna()) return malformed("could not be checked: ICU has no data.");
  UErrorCode status = U_ZERO_ERROR;
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  std::string name;
  icu::IDNAInfo info;
  icu::StringByteSink<std::string> sink(&name);
  idna()->nameToUnicodeUTF8(piece, sink, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return malformed(why);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty()) return malformed("is empty.");
  if (name.size() > part_bytes_max) return malformed("is longer than 1023 bytes.");

  // An all-ASCII name (of fullwidth letters, say) has only the rules of ASCII names to keep.
  const size_t start = out.size();
  const auto ascii_name = append_ascii_domain(out, name);
  if (!ascii_name) return ascii_name.error();
  if (*ascii_name == Ascii::appended) return {};
  out.resize(start);

  // Its A-labels must exist too: this is what limits a label to 63 bytes in DNS.
  std::string ascii;
  icu::StringByteSink<std::string> ascii_sink(&ascii);
  icu::IDNAInfo ascii_info;
  idna()->nameToASCII_UTF8(name, ascii_sink, ascii_info, status);
  if (U_FAILURE(status) || (ascii_info.getErrors() & ~uint32_t{UIDNA_ERROR_DOMAIN_NAME_TOO_LONG}) != 0 ||
      !is_idna2008(name)) {
    return malformed(why);
  }
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
