#include "http/target.h"

#include <algorithm>

#include "base/text.h"
#include "http/form.h"

namespace teahouse::http {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// The path as Request::path has it.
std::string keep_slashes_apart(std::string_view raw, std::string decoded) {
  if (raw.find('%') == std::string_view::npos) return decoded;
  std::string path;
  while (!raw.empty()) {
    raw.remove_prefix(1);
    const std::string_view segment = raw.substr(0, raw.find('/'));
    raw.remove_prefix(segment.size());
    path += '/';
    decode_percent(segment, false, decoded);
    for (const char c : decoded) path += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
  }
  return path;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(end);
  }
  return false;
}

// A program before us may have taken an encoded slash or a backslash for a separator, and looked at another path.
Result<std::string> parse_path(std::string_view raw) {
  const Error refused{ErrorKind::item_not_found,
                      "There is nothing at this path. What stands between its slashes is UTF-8, neither . nor .., and "
                      "holds no control character; a backslash in it is written %5C."};
  std::string decoded;
  if (raw.find('\\') != std::string::npos || !decode_percent(raw, false, decoded)) return refused;
  if (!is_utf8(decoded) || std::any_of(decoded.begin(), decoded.end(), is_control)) return refused;
  std::string as_others_read = decoded;
  std::replace(as_others_read.begin(), as_others_read.end(), '\\', '/');
  if (has_dot_segment(as_others_read)) return refused;
  return keep_slashes_apart(raw, std::move(decoded));
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  if (text == "*") {
    target.path = "*";
    return target;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const size_t end = std::min(text.find_first_of("/?"), text.size());
    target.authority = text.substr(0, end);
    text.remove_prefix(end);
    break;
  }
  if (text.find('#') != std::string_view::npos || (target.authority.empty() && !text.starts_with('/'))) {
    return Error{ErrorKind::bad_request, "The request's target is no path."};
  }
  const size_t question = std::min(text.find('?'), text.size());
  auto path = parse_path(question == 0 ? std::string_view("/") : text.substr(0, question));
  if (!path) return path.error();
  target.path = std::move(*path);
  target.query_string = text.substr(std::min(question + 1, text.size()));
  return target;
}

Result<std::string> parse_host(std::string_view authority) {
  const Error refused{ErrorKind::bad_request, "The Host header is no host name."};
  std::string_view host = authority;
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return refused;
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!port.empty() && (port[0] != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return refused;
  std::string lower = lower_ascii(host);
  for (const char c : lower) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
    if (!good) return refused;
  }
  return lower;
}

}  // namespace teahouse::http
