// encrypt: the text of a push, encrypted for the one browser or app that it is for: the push service that carries it
// reads nothing.
//
// Thread: any.
// Limits: text_bytes_max: a push service takes 4,096 bytes (RFC 8030 section 7.2).
// Spec: RFC 8291; RFC 8188 (aes128gcm, one record).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/p256.h"

namespace teahouse::webpush {

inline constexpr size_t body_bytes_max = 4096, header_bytes = 86;
inline constexpr size_t text_bytes_max = body_bytes_max - header_bytes - 16 - 1;  // 3,993
inline constexpr size_t auth_bytes = 16, salt_bytes = 16;
inline constexpr size_t padded_to = 512;  // lengths are whole multiples of it, lest they tell what is said

// The reader's keys: what PushSubscription.getKey() gives a page.
struct ReceiverKeys {
  std::string point;  // "p256dh": of P-256, 65 bytes
  std::string auth;   // 16 bytes
};

// Errors: bad_request for keys that are none, and for a text of more than text_bytes_max.
Result<std::string> encrypt(std::string_view text, const ReceiverKeys& keys);
// The same with the sender's key and salt, which must never come again, and with as many bytes of padding.
Result<std::string> encrypt(std::string_view text, const ReceiverKeys& keys, const crypto::P256Key& sender,
                            std::string_view salt, size_t padding);

}  // namespace teahouse::webpush
