#include "calls/nonces.h"

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::calls {
namespace {

// The 24 bits of the features: the first is "Password algorithms" (RFC 8489 section 18.1).
constexpr std::string_view cookie = "obMatJos2gAAA";
constexpr size_t sum_bytes = 9, time_digits_max = 12;

}  // namespace

std::string Nonces::sum_of(std::string_view time, const Endpoint& client) const {
  std::string text(time);
  text.append(" ").append(client.ip_view()).append(" ").append(std::to_string(client.port));
  return crypto::to_base64url(crypto::hmac_sha256(secret_, text).substr(0, sum_bytes));
}

std::string Nonces::make(const Endpoint& client, int64_t now_ms) const {
  const std::string time = std::to_string(now_ms / 1000);
  return std::string(cookie) + time + "-" + sum_of(time, client);
}

bool Nonces::has_cookie(std::string_view nonce) { return nonce.starts_with(cookie); }

bool Nonces::is_good(std::string_view nonce, const Endpoint& client, int64_t now_ms) const {
  if (!has_cookie(nonce)) return false;
  nonce.remove_prefix(cookie.size());
  const size_t end = nonce.find('-');
  if (end > time_digits_max) return false;  // or there is none
  const auto time_s = parse_decimal<int64_t>(nonce.substr(0, end));
  if (!time_s || !crypto::constant_time_equal(sum_of(nonce.substr(0, end), client), nonce.substr(end + 1)))
    return false;
  const int64_t age_ms = now_ms - *time_s * 1000;
  return age_ms >= -1000 && age_ms < lasts_ms;
}

}  // namespace teahouse::calls
