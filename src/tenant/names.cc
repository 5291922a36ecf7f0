#include "tenant/names.h"

#include <arpa/inet.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/utf8.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "xmpp/jid.h"

namespace teahouse {
namespace {

Error bad_name(std::string_view what, std::string_view why) {
  return Error{ErrorKind::bad_request, std::string(what).append(" ").append(why)};
}

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

bool is_ip_address(std::string_view text) {
  const std::string name(text);
  in_addr address{};
  return text.starts_with('[') || inet_pton(AF_INET, name.c_str(), &address) == 1;
}

// White space that ends a line or jumps, as text areas and tables have it.
bool is_break(UChar32 c) { return (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029; }

bool is_shown(UChar32 c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return false;
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return false;  // they turn what stands around them
  if (c == 0x2028 || c == 0x2029) return false;
  return (c & 0xFFFE) != 0xFFFE;  // XML has no U+FFFE and U+FFFF
}

// The text in one line, without the characters that cannot be shown; nothing for bytes that are no UTF-8.
std::optional<std::string> clean(std::string_view text) {
  std::string shown;
  bool after_break = false;
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0) return std::nullopt;
    if (is_break(c)) {
      if (!shown.ends_with(' ')) shown += ' ';
      after_break = true;
    } else if (is_shown(c) && !(c == ' ' && after_break)) {
      shown += text.substr(static_cast<size_t>(begin), static_cast<size_t>(i - begin));
      after_break = false;
    }
  }
  return shown;
}

}  // namespace

Result<std::string> parse_short_name(std::string_view what, std::string_view text, size_t bytes_max) {
  if (text.empty()) return bad_name(what, "is missing.");
  if (text.size() > bytes_max) return bad_name(what, "is longer than " + std::to_string(bytes_max) + " characters.");
  if (!std::all_of(text.begin(), text.end(), is_name_character) || text.front() == '-' || text.back() == '-') {
    return bad_name(what, "may only hold a-z, 0-9 and '-', and neither begins nor ends with '-'.");
  }
  return std::string(text);
}

Result<std::string> parse_tenant_domain(std::string_view text, size_t bytes_max) {
  const auto jid = BareJid::make("", text);
  if (!jid) return Error{ErrorKind::bad_request, jid.error().text};
  if (is_ip_address(jid->str()))
    return bad_name("The domain", "is an IP address; a tenant needs a name (localhost will do).");
  if (jid->str().size() > bytes_max) {
    return bad_name("The domain", "is longer than " + std::to_string(bytes_max) + " bytes.");
  }
  return jid->str();
}

Result<std::string> ascii_domain(std::string_view domain) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(domain.begin(), domain.end(), is_ascii)) return lower_ascii(domain);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<const icu::IDNA> idna(
      icu::IDNA::createUTS46Instance(UIDNA_USE_STD3_RULES | UIDNA_NONTRANSITIONAL_TO_ASCII, status));
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  if (U_SUCCESS(status))
    idna->nameToASCII_UTF8({domain.data(), static_cast<int32_t>(domain.size())}, sink, info, status);
  // "my--shop" is no U-label, and may stand beside one (xmpp/prep_domain.cc).
  if (U_FAILURE(status) || (info.getErrors() & ~uint32_t{UIDNA_ERROR_HYPHEN_3_4}) != 0)
    return bad_name("The domain", "cannot be written in Punycode, so DNS cannot have it.");
  return ascii;
}

Result<std::vector<HostName>> parse_hosts(std::string_view domain, const std::vector<HostName>& others,
                                          bool only_these) {
  auto accounts = parse_tenant_domain(domain);
  if (!accounts) return accounts.error();
  std::vector<HostName> hosts{{std::move(*accounts), HostKind::accounts}};
  if (others.empty() && !only_these) {
    for (const HostKindName& kind : host_kind_names().subspan(1)) {
      if (kind.kind == HostKind::component) continue;
      hosts.push_back({std::string(kind.name).append(".").append(hosts.front().domain), kind.kind});
    }
  }
  if (others.size() > tenant_hosts_max) return bad_name("The tenant", "has more than 20 hosts.");
  bool names_accounts = false;
  for (const HostName& other : others) {
    auto parsed = parse_tenant_domain(other.domain, domain_bytes_max);
    if (!parsed) return parsed.error();
    const bool is_accounts = *parsed == hosts.front().domain && other.kind == HostKind::accounts;
    if (is_accounts && !std::exchange(names_accounts, true)) continue;
    const auto has_domain = [&](const HostName& host) { return host.domain == *parsed; };
    if (std::any_of(hosts.begin(), hosts.end(), has_domain)) return bad_name("The host " + *parsed, "is named twice.");
    if (other.kind == HostKind::accounts) {
      return bad_name("The host " + *parsed, "is a second one for accounts: they are at " + hosts.front().domain + ".");
    }
    if (other.kind == HostKind::component && !parsed->ends_with("." + hosts.front().domain)) {
      return bad_name("The component " + *parsed,
                      "must have a name below the tenant's domain, as irc." + hosts.front().domain + ".");
    }
    hosts.push_back({std::move(*parsed), other.kind});
  }
  if (hosts.size() > tenant_hosts_max) return bad_name("The tenant", "has more than 20 hosts.");
  return hosts;
}

Result<std::vector<HostName>> parse_host_list(std::string_view json) {
  const char* shape = "must be a list of hosts, such as [{\"domain\":\"rooms.shop.example\",\"kind\":\"rooms\"}].";
  boost::system::error_code failed;
  const auto list = boost::json::parse({json.data(), json.size()}, failed);
  if (failed || !list.is_array()) return bad_name("The field 'hosts'", shape);
  std::vector<HostName> hosts;
  for (const auto& each : list.get_array()) {
    const auto* object = each.if_object();
    const auto* domain = object ? object->if_contains("domain") : nullptr;
    const auto* kind = object ? object->if_contains("kind") : nullptr;
    if (!domain || !kind || !domain->is_string() || !kind->is_string() || object->size() != 2) {
      return bad_name("The field 'hosts'", shape);
    }
    const auto known = find_host_kind(std::string_view(kind->get_string()));
    if (!known) {
      std::string kinds;
      for (const HostKindName& one : host_kind_names()) kinds.append(kinds.empty() ? "" : ", ").append(one.name);
      return bad_name("The field 'hosts'", "has a host of a kind that is not there. There are: " + kinds + ".");
    }
    hosts.push_back({std::string(std::string_view(domain->get_string())), *known});
  }
  return hosts;
}

Result<std::vector<std::string>> parse_module_names(const std::vector<std::string>& names) {
  const auto is_character = [](char c) { return ('a' <= c && c <= 'z') || c == '_'; };
  std::set<std::string> known;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > module_name_bytes_max || !std::all_of(name.begin(), name.end(), is_character)) {
      return bad_name("A module's name", "is 1 to 32 characters of a-z and '_'.");
    }
    known.insert(name);
  }
  if (known.size() > module_names_max) return bad_name("The list", "has more than 64 modules.");
  return std::vector<std::string>(known.begin(), known.end());
}

Result<std::string> merge_module_options(std::string_view options, std::string_view change) {
  boost::system::error_code failed;
  boost::json::value merged = boost::json::parse({options.data(), options.size()}, failed);
  if (failed || !merged.is_object()) merged = boost::json::object();
  const auto changes = boost::json::parse({change.data(), change.size()}, failed);
  const char* shape = "must be an object of objects, such as {\"muc\":{\"history_messages\":20}}.";
  if (failed || !changes.is_object()) return bad_name("The field 'modules'", shape);
  for (const auto& [module, set] : changes.get_object()) {
    if (!set.is_object()) return bad_name("The field 'modules'", shape);
    boost::json::value& known = merged.get_object()[module];
    if (!known.is_object()) known = boost::json::object();
    for (const auto& [option, value] : set.get_object()) {
      if (value.is_structured()) return bad_name("The field 'modules'", shape);
      known.get_object()[option] = value;
      if (value.is_null()) known.get_object().erase(option);
    }
    if (known.get_object().empty()) merged.get_object().erase(module);
  }
  const std::string text = merged.get_object().empty() ? std::string() : boost::json::serialize(merged);
  if (text.size() > module_options_bytes_max) return bad_name("The field 'modules'", "is longer than 8192 bytes.");
  return text;
}

Result<std::vector<std::string>> parse_admins(std::string_view domain, const std::vector<std::string>& jids) {
  std::vector<std::string> admins;
  for (const std::string& text : jids) {
    const auto jid = BareJid::parse(text);
    if (!jid || !jid->has_localpart() || jid->domainpart() != domain) {
      return bad_name(
          "The admin '" + text.substr(0, 80) + "'",
          "must be the address of an account at " + std::string(domain) + ", as ann@" + std::string(domain) + ".");
    }
    if (std::find(admins.begin(), admins.end(), jid->str()) == admins.end()) admins.push_back(jid->str());
  }
  if (admins.size() > tenant_admins_max) return Error{ErrorKind::bad_request, "There may be at most 20 admins."};
  return admins;
}

Result<std::string> parse_theme(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() > theme_bytes_max) return bad_name("The theme", "is longer than 2048 bytes.");
  boost::system::error_code failed;
  const auto value = boost::json::parse({text.data(), text.size()}, failed);
  if (failed || !value.is_object())
    return bad_name("The theme", "must be a JSON object, such as {\"color\":\"#0a7\"}.");
  return std::string(text);
}

Result<std::string> parse_shown_text(std::string_view what, std::string_view text, size_t characters_max) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const std::string too_long = "is longer than " + std::to_string(characters_max) + " characters.";
  if (text.size() > 4 * characters_max) return bad_name(what, too_long);
  size_t characters = 0;
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size; ++characters) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0) return bad_name(what, "is not valid UTF-8.");
    if (!is_shown(c)) return bad_name(what, "holds a control character, a line break or a change of direction.");
  }
  if (characters > characters_max) return bad_name(what, too_long);
  return std::string(text);
}

Result<std::string> parse_person_name(std::string_view what, std::string_view text, size_t characters_max) {
  const auto cleaned = clean(text);
  return cleaned ? parse_shown_text(what, *cleaned, characters_max) : bad_name(what, "is not valid UTF-8.");
}

}  // namespace teahouse
