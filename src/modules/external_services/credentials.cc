#include "modules/external_services/credentials.h"

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

constexpr size_t user_digits = 16;

}  // namespace

std::optional<Credentials> make_credentials(const ExternalService& service, std::string_view user,
                                            std::string_view user_key, int64_t now_ms) {
  if (service.secret.empty()) {
    const bool is_over = service.expires_ms != 0 && service.expires_ms <= now_ms;
    if (service.username.empty() || is_over) return std::nullopt;
    return Credentials{service.username, service.password, service.expires_ms};
  }
  const int64_t expires_s = now_ms / 1000 + service.lasts_s;
  const std::string name = crypto::to_hex(crypto::hmac_sha256(user_key, "external service " + std::string(user)));
  Credentials made{std::to_string(expires_s) + ":" + name.substr(0, user_digits), {}, expires_s * 1000};
  made.password = crypto::to_base64(crypto::hmac_sha1(service.secret, made.username));
  return made;
}

}  // namespace teahouse
