#include "webpush/subscription.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/encoding.h"
#include "http/url.h"

namespace teahouse::webpush {
namespace {

Error wrong(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }

Result<std::string> parse_key(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() > 2 * crypto::p256_point_bytes) return wrong("too long");
  return crypto::parse_base64url(text);
}

bool is_graphic(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<Subscription> parse_subscription(std::string_view endpoint, std::string_view p256dh, std::string_view auth) {
  if (endpoint.size() > endpoint_bytes_max) return wrong("The endpoint is longer than 1,024 bytes.");
  const auto url = is_graphic(endpoint) ? http::parse_url(std::string(endpoint)) : wrong("");
  if (!url || !url->secure || endpoint.find('#') != endpoint.npos) {
    return wrong("The endpoint must be the https URL of a push service, as the browser gives it.");
  }
  auto point = parse_key(p256dh);
  if (!point || !crypto::check_p256_point(*point)) {
    return wrong("p256dh must be the browser's public key: 65 bytes of P-256 in base64url.");
  }
  auto secret = parse_key(auth);
  if (!secret || secret->size() != auth_bytes)
    return wrong("auth must be the browser's secret: 16 bytes in base64url.");
  return Subscription{std::string(endpoint), {std::move(*point), std::move(*secret)}};
}

std::string origin_of(const std::string& endpoint) {
  const auto url = http::parse_url(endpoint);
  if (!url) return {};
  std::string authority = lower_ascii(url->authority);
  if (url->port == 443 && authority.ends_with(":443")) authority.resize(authority.size() - 4);
  return "https://" + authority;
}

}  // namespace teahouse::webpush
