#include "webpush/encryption.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/aes_gcm.h"
#include "crypto/hash.h"

namespace teahouse::webpush {
namespace {

// Strings that end with a zero byte in the RFCs.
std::string info(const char* text) { return std::string(text) + '\0'; }

// HKDF with SHA-256 (RFC 5869), its first block. REQUIRES: at most 32 bytes are wanted.
std::string hkdf(std::string_view salt, std::string_view key, std::string_view info, size_t bytes) {
  const std::string drawn = crypto::hmac_sha256(salt, key);
  return crypto::hmac_sha256(drawn, std::string(info) + '\x01').substr(0, bytes);
}

}  // namespace

Result<std::string> encrypt(std::string_view text, const ReceiverKeys& keys) {
  const size_t wanted = (text.size() / padded_to + 1) * padded_to;
  const size_t padding = std::max(std::min(wanted, text_bytes_max), text.size()) - text.size();
  return encrypt(text, keys, crypto::P256Key::make(), random_bytes(salt_bytes), padding);
}

Result<std::string> encrypt(std::string_view text, const ReceiverKeys& keys, const crypto::P256Key& sender,
                            std::string_view salt, size_t padding) {
  if (text.size() + padding > text_bytes_max) return Error{ErrorKind::bad_request, "A push has at most 3,993 bytes."};
  if (keys.auth.size() != auth_bytes) return Error{ErrorKind::bad_request, "The auth secret must have 16 bytes."};
  const auto secret = sender.agree(keys.point);
  if (!secret) return secret.error();
  // RFC 8291 section 3.4.
  const std::string key = hkdf(keys.auth, *secret, info("WebPush: info") + keys.point + sender.point(), 32);
  const std::string content_key = hkdf(salt, key, info("Content-Encoding: aes128gcm"), 16);
  const std::string nonce = hkdf(salt, key, info("Content-Encoding: nonce"), 12);
  // RFC 8188 section 2: the delimiter of the last record, then zeros.
  std::string record(text);
  record += '\x02';
  record.append(padding, '\0');
  std::string body(salt);
  body += std::string("\0\0\x10\0", 4);  // the record's size: 4096
  body += static_cast<char>(sender.point().size());
  body += sender.point();
  return body + crypto::encrypt_aes128gcm(record, content_key, nonce);
}

}  // namespace teahouse::webpush
