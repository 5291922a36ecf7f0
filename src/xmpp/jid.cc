#include "xmpp/jid.h"

#include "xmpp/prep.h"

namespace teahouse {
namespace {

// The parts of an address before they are checked (RFC 7622 section 3.1: cut at the first '/', then at the first '@').
struct Parts {
  std::optional<std::string_view> localpart;
  std::string_view domainpart;
  std::optional<std::string_view> resourcepart;
};

Parts split(std::string_view text) {
  Parts parts;
  if (const size_t slash = text.find('/'); slash != text.npos) {
    parts.resourcepart = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  if (const size_t at = text.find('@'); at != text.npos) {
    parts.localpart = text.substr(0, at);
    text = text.substr(at + 1);
  }
  parts.domainpart = text;
  return parts;
}

// The normalised whole and where its parts end.
struct Whole {
  std::string text;
  uint16_t local_size = 0;
  uint16_t bare_size = 0;
};

Result<Whole> join(const Parts& parts) {
  Whole whole;
  whole.text.reserve((parts.localpart ? parts.localpart->size() + 1 : 0) + parts.domainpart.size() +
                     (parts.resourcepart ? parts.resourcepart->size() + 1 : 0));
  if (parts.localpart) {
    if (auto done = xmpp::append_localpart(whole.text, *parts.localpart); !done) return done.error();
    whole.local_size = static_cast<uint16_t>(whole.text.size());
    whole.text.push_back('@');
  }
  if (auto done = xmpp::append_domainpart(whole.text, parts.domainpart); !done) return done.error();
  whole.bare_size = static_cast<uint16_t>(whole.text.size());
  if (parts.resourcepart) {
    whole.text.push_back('/');
    if (auto done = xmpp::append_resourcepart(whole.text, *parts.resourcepart); !done) return done.error();
  }
  return whole;
}

constexpr std::string_view escaped_characters = " \"&'/:<>@\\";

// The character that "\xx" at the start of text stands for, or 0.
char escaped_character(std::string_view text) {
  if (text.size() < 3 || text[0] != '\\') return 0;
  static constexpr std::string_view codes = "202226272f3a3c3e405c";
  for (size_t i = 0; i < escaped_characters.size(); ++i) {
    const char second = text[2] >= 'A' && text[2] <= 'F' ? static_cast<char>(text[2] + 32) : text[2];
    if (text[1] == codes[2 * i] && second == codes[2 * i + 1]) return escaped_characters[i];
  }
  return 0;
}

}  // namespace

Result<BareJid> BareJid::parse(std::string_view text) {
  const Parts parts = split(text);
  if (parts.resourcepart) {
    return Error{ErrorKind::jid_malformed, "This address has a resourcepart (\"/...\"), but a bare address is wanted."};
  }
  auto whole = join(parts);
  if (!whole) return whole.error();
  return BareJid(std::move(whole->text), whole->local_size);
}

Result<BareJid> BareJid::make(std::string_view localpart, std::string_view domainpart) {
  Parts parts{std::nullopt, domainpart, std::nullopt};
  if (!localpart.empty()) parts.localpart = localpart;
  auto whole = join(parts);
  if (!whole) return whole.error();
  return BareJid(std::move(whole->text), whole->local_size);
}

Result<FullJid> BareJid::with_resource(std::string_view resourcepart) const {
  std::string text;
  text.reserve(text_.size() + 1 + resourcepart.size());
  text.append(text_).push_back('/');
  if (auto done = xmpp::append_resourcepart(text, resourcepart); !done) return done.error();
  return FullJid(std::move(text), local_size_, static_cast<uint16_t>(text_.size()));
}

Result<FullJid> FullJid::parse(std::string_view text) {
  const Parts parts = split(text);
  if (!parts.resourcepart) {
    return Error{ErrorKind::jid_malformed,
                 "This address has no resourcepart (\"/...\"), but a full address is wanted."};
  }
  auto whole = join(parts);
  if (!whole) return whole.error();
  return FullJid(std::move(whole->text), whole->local_size, whole->bare_size);
}

Result<Jid> Jid::parse(std::string_view text) {
  auto whole = join(split(text));
  if (!whole) return whole.error();
  return Jid(std::move(whole->text), whole->local_size, whole->bare_size);
}

std::string escape_localpart(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string escaped;
  escaped.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool at_edge = i == 0 || i + 1 == text.size();
    const bool needed = c == '\\'  ? escaped_character(text.substr(i)) != 0
                        : c == ' ' ? !at_edge
                                   : escaped_characters.find(c) != escaped_characters.npos;
    if (!needed) {
      escaped.push_back(c);
      continue;
    }
    const unsigned byte = static_cast<unsigned char>(c);
    escaped.append({'\\', digits[byte >> 4], digits[byte & 15]});
  }
  return escaped;
}

std::string unescape_localpart(std::string_view localpart) {
  std::string text;
  text.reserve(localpart.size());
  for (size_t i = 0; i < localpart.size(); ++i) {
    const char c = escaped_character(localpart.substr(i));
    const bool at_edge = i == 0 || i + 3 == localpart.size();
    if (c == 0 || (c == ' ' && at_edge)) {
      text.push_back(localpart[i]);
      continue;
    }
    text.push_back(c);
    i += 2;
  }
  return text;
}

}  // namespace teahouse
