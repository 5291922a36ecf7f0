#include "webpush/encryption.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/aes_gcm.h"
#include "crypto/hash.h"
#include "crypto/wiped.h"

namespace teahouse::webpush {
namespace {

// Strings that end with a zero byte in the RFCs.
std::string info(const char* text) { return std::string(text) + '\0'; }

// HKDF with SHA-256 (RFC 5869), its first block. REQUIRES: at most 32 bytes are wanted.
std::string hkdf(std::string_view salt, std::string_view key, std::string_view info, size_t bytes) {
  const crypto::Wiped drawn(crypto::hmac_sha256(salt, key));
  std::string block = crypto::hmac_sha256(drawn.bytes(), std::string(info) + '\x01');
  block.resize(bytes);
  return block;
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
  auto agreed = sender.agree(keys.point);
  if (!agreed) return agreed.error();
  const crypto::Wiped secret(std::move(*agreed));
  // RFC 8291 section 3.4.
  const crypto::Wiped key(hkdf(keys.auth, secret.bytes(), info("WebPush: info") + keys.point + sender.point(), 32));
  const crypto::Wiped content_key(hkdf(salt, key.bytes(), info("Content-Encoding: aes128gcm"), 16));
  const std::string nonce = hkdf(salt, key.bytes(), info("Content-Encoding: nonce"), 12);
  // RFC 8188 section 2: the delimiter of the last record, then zeros.
  std::string record(text);
  record += '\x02';
  record.append(padding, '\0');
  std::string body(salt);
  body += std::string("\0\0\x10\0", 4);  // the record's size: 4096
  body += static_cast<char>(sender.point().size());
  body += sender.point();
  return body + crypto::encrypt_aes128gcm(record, content_key.bytes(), nonce);
}

}  // namespace teahouse::webpush
