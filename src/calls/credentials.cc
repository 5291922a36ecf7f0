#include "calls/credentials.h"

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::calls {
namespace {

constexpr int64_t day_s = 24 * 60 * 60, clock_slack_s = 60;
constexpr size_t account_digits = 16, password_bytes = 18, username_bytes_max = 64;

}  // namespace

std::string CallCredentials::name_of(TenantId tenant, std::string_view bare_jid) const {
  const std::string of = "account " + std::to_string(raw(tenant)) + " ";
  return crypto::to_hex(crypto::hmac_sha256(secret_, of + std::string(bare_jid))).substr(0, account_digits);
}

std::string CallCredentials::password_of(TenantId tenant, int64_t expires_s, std::string_view username) const {
  const std::string of = "tenant " + std::to_string(raw(tenant)) + " epoch " + std::to_string(expires_s / day_s);
  const std::string key = crypto::hmac_sha256(secret_, of);
  return crypto::to_base64url(crypto::hmac_sha256(key, username).substr(0, password_bytes));
}

CallCredentials::Made CallCredentials::make(TenantId tenant, std::string_view bare_jid, int64_t now_ms) const {
  const int64_t expires_s = (now_ms + lasts_ms) / 1000;
  Made made{std::to_string(expires_s) + ":" + std::to_string(raw(tenant)) + ":" + name_of(tenant, bare_jid),
            {},
            expires_s * 1000};
  made.password = password_of(tenant, expires_s, made.username);
  return made;
}

std::optional<CallCredentials::Claim> CallCredentials::read(std::string_view username, int64_t now_ms) const {
  const size_t first = username.find(':'), second = username.find(':', first + 1);
  if (username.size() > username_bytes_max || first == username.npos || second == username.npos) return std::nullopt;
  const auto expires_s = parse_decimal<int64_t>(username.substr(0, first));
  const auto tenant = parse_decimal<uint64_t>(username.substr(first + 1, second - first - 1));
  const std::string_view account = username.substr(second + 1);
  if (!expires_s || !tenant || account.size() != account_digits) return std::nullopt;
  const int64_t now_s = now_ms / 1000;
  if (*expires_s <= now_s || *expires_s > now_s + lasts_ms / 1000 + clock_slack_s) return std::nullopt;
  const auto id = static_cast<TenantId>(*tenant);
  return Claim{id, std::string(account), *expires_s * 1000, password_of(id, *expires_s, username)};
}

}  // namespace teahouse::calls
