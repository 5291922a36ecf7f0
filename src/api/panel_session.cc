#include "api/panel_session.h"

#include <algorithm>

namespace teahouse::api {
namespace {

constexpr int64_t session_s = int64_t{30} * 24 * 60 * 60;

// Pages of another host, or without TLS, can't set one of the first name.
std::string_view cookie_name(const http::Request& request) {
  return request.secure ? "__Host-teahouse-panel" : "teahouse-panel";
}

}  // namespace

bool is_from_panel(const http::Request& request) {
  if (request.headers.value("Teahouse-Panel") != "1") return false;
  const std::string* site = request.headers.find("Sec-Fetch-Site");
  return !site || *site == "same-origin";
}

std::string find_panel_session(const http::Request& request) {
  if (!is_from_panel(request)) return {};
  const std::string_view name = cookie_name(request);
  std::string_view rest = request.headers.value("Cookie");
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = http::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    const std::string_view token = pair.substr(equals + 1);
    return token.starts_with("ps_") ? std::string(token) : std::string();
  }
  return {};
}

std::string make_panel_cookie(const http::Request& request, std::string_view token) {
  std::string cookie(cookie_name(request));
  cookie.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Strict");
  if (request.secure) cookie += "; Secure";
  return cookie + "; Max-Age=" + std::to_string(token.empty() ? 0 : session_s);
}

}  // namespace teahouse::api
