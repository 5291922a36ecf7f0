#include "http/target.h"

#include <algorithm>

#include "base/text.h"
#include "http/form.h"

namespace teahouse::http {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

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

Result<std::string> parse_path(std::string_view raw) {
  const Error refused{ErrorKind::item_not_found,
                      "There is nothing at this path. What stands between its slashes is UTF-8, neither . nor .., and "
                      "holds no encoded slash, backslash or control character."};
  std::string path;
  if (!decode_percent(raw, false, path)) return refused;
  // A decoded slash or backslash would be a separator to the next program, but was none to the one before us.
  if (std::count(path.begin(), path.end(), '/') != std::count(raw.begin(), raw.end(), '/')) return refused;
  if (path.find('\\') != std::string::npos || std::any_of(path.begin(), path.end(), is_control)) return refused;
  if (!is_utf8(path) || has_dot_segment(path)) return refused;
  return path;
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
  std::string lower(host);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
    if (!good) return refused;
  }
  return lower;
}

}  // namespace teahouse::http
