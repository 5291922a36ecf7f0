#include "tenant/origin.h"

#include <arpa/inet.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/text.h"

namespace teahouse {
namespace {

Error bad_origin(std::string_view why) {
  return Error{ErrorKind::bad_request, std::string("The origin ").append(why).append(".")};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// The host by the URL standard's "domain to ASCII", which bears hyphens, underscores and lengths that DNS does not.
std::optional<std::string> to_ascii(std::string_view host) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(host.begin(), host.end(), is_ascii)) return lower_ascii(host);
  constexpr uint32_t borne = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
                             UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<const icu::IDNA> idna(
      icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, status));
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  if (U_SUCCESS(status)) idna->nameToASCII_UTF8({host.data(), static_cast<int32_t>(host.size())}, sink, info, status);
  if (U_FAILURE(status) || (info.getErrors() & ~borne) != 0) return std::nullopt;
  return lower_ascii(ascii);
}

// "a_b.example" without empty labels; a dot at its end is another origin, and may be one.
bool is_host_name(std::string_view host) {
  if (host.starts_with('.') || host.find("..") != host.npos) return false;
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

// A name whose last label is a number is an IPv4 address to browsers, or no host at all.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return last.starts_with("0x") || std::all_of(last.begin(), last.end(), is_digit);
}

template <class Address>
std::optional<std::string> normal_address(int family, const std::string& text, bool (*read)(const char*, Address*)) {
  Address address{};
  std::array<char, INET6_ADDRSTRLEN> normal{};
  if (text.find('\0') != std::string::npos || !read(text.c_str(), &address)) return std::nullopt;
  return inet_ntop(family, &address, normal.data(), normal.size());
}

std::optional<std::string> normal_ipv4(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return normal_address<in_addr>(AF_INET, std::string(host),
                                 [](const char* text, in_addr* into) { return inet_aton(text, into) != 0; });
}

std::optional<std::string> normal_ipv6(std::string_view host) {
  const auto address = normal_address<in6_addr>(AF_INET6, std::string(host), [](const char* text, in6_addr* into) {
    return inet_pton(AF_INET6, text, into) == 1;
  });
  return address ? std::optional<std::string>("[" + *address + "]") : std::nullopt;
}

Result<std::string> parse_web_host(std::string_view host) {
  const Error invalid = bad_origin("has a host that is no valid domain name or IP address");
  if (host.empty()) return bad_origin("has no host; write it as https://shop.example");
  if (host.find('*') != host.npos) {
    return bad_origin("may not hold a '*'; list each host (\"*\" alone allows every web site and is unsafe)");
  }
  if (host.starts_with('[')) {
    const auto address = host.ends_with(']') ? normal_ipv6(host.substr(1, host.size() - 2)) : std::nullopt;
    return address ? Result<std::string>(*address) : Result<std::string>(invalid);
  }
  const auto name = to_ascii(host);
  if (!name || !is_host_name(*name)) return invalid;
  if (!ends_in_number(*name)) return *name;
  const auto address = normal_ipv4(*name);
  return address ? Result<std::string>(*address) : Result<std::string>(invalid);
}

// The host of an app or an extension, which is no name of the DNS: "localhost", an id, "." alone.
Result<std::string> parse_app_host(std::string_view host) {
  const std::string lower = lower_ascii(host);
  const bool good = std::all_of(lower.begin(), lower.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
  });
  if (good && !lower.empty()) return lower;
  return bad_origin("of an app or an extension is its scheme and its host or id, as in capacitor://localhost");
}

// The port with its colon, or nothing when it is the scheme's own.
Result<std::string> parse_port(std::string_view text, std::string_view scheme) {
  const bool digits = !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
  const unsigned long port = digits ? std::stoul(std::string(text)) : 0;
  if (port == 0 || port > 65535) return bad_origin("has a port that is no number from 1 to 65535");
  if ((scheme == "https" && port == 443) || (scheme == "http" && port == 80)) return std::string();
  return ":" + std::to_string(port);
}

Result<std::string> parse_scheme(std::string_view text) {
  std::string scheme = lower_ascii(text);
  const bool good = !scheme.empty() && is_letter(scheme.front()) &&
                    std::all_of(scheme.begin(), scheme.end(),
                                [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  if (!good) return bad_origin("must begin with https:// or http://, as in https://shop.example");
  for (const std::string_view none : {"about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"}) {
    if (scheme == none) return bad_origin("is none that a page can have: pages have https:// or http://");
  }
  return scheme;
}

}  // namespace

Result<std::string> parse_origin(std::string_view text) {
  if (text == "*") return std::string(text);
  if (text.size() > origin_bytes_max) return bad_origin("is longer than 255 bytes");
  if (text == "null") {
    return bad_origin(
        "null is what browsers say of files and of frames in a sandbox, and any web site can have one; serve the "
        "page from a host and give its origin");
  }
  const size_t colon = text.find("://");
  if (colon == text.npos) return bad_origin("must begin with https:// or http://, as in https://shop.example");
  const auto scheme = parse_scheme(text.substr(0, colon));
  if (!scheme) return scheme.error();

  const std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("/?#@\\ ") != rest.npos) {
    return bad_origin("is only scheme, host and port: leave out the path, the '/' at its end, and any user name");
  }
  const size_t host_end = rest.starts_with('[') ? rest.find(']') : 0;
  if (host_end == rest.npos) return bad_origin("has an IPv6 address without its ']'");
  const size_t port_colon = rest.find(':', host_end);
  const bool web = *scheme == "https" || *scheme == "http";
  const auto host = web ? parse_web_host(rest.substr(0, port_colon)) : parse_app_host(rest.substr(0, port_colon));
  if (!host) return host.error();
  std::string origin = *scheme + "://" + *host;
  if (port_colon == rest.npos) return origin;
  const auto port = parse_port(rest.substr(port_colon + 1), *scheme);
  if (!port) return port.error();
  return origin + *port;
}

Result<std::vector<std::string>> parse_origins(const std::vector<std::string>& texts) {
  if (texts.size() > origins_max) return Error{ErrorKind::bad_request, "The list of origins is longer than 50."};
  std::vector<std::string> origins;
  for (const std::string& text : texts) {
    auto origin = parse_origin(text);
    if (!origin) {
      const auto place = static_cast<size_t>(&text - texts.data()) + 1;
      return Error{ErrorKind::bad_request, "Origin " + std::to_string(place) + " of the list: " + origin.error().text};
    }
    if (std::find(origins.begin(), origins.end(), *origin) == origins.end()) origins.push_back(std::move(*origin));
  }
  return origins;
}

bool is_origin_allowed(const Tenant& tenant, std::string_view origin) {
  const std::string lower = lower_ascii(origin);  // some browsers write an extension's id in capitals
  return std::any_of(tenant.origins.begin(), tenant.origins.end(),
                     [&lower](const std::string& allowed) { return allowed == "*" || allowed == lower; });
}

}  // namespace teahouse
