// AES-128-GCM with a key that is used once, as RFC 8188 has it. For secrets at rest there is Sealer.
//
// Thread: any. Errors: none; an OpenSSL that cannot encrypt ends the program.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::crypto {

inline constexpr size_t aes128_key_bytes = 16, gcm_nonce_bytes = 12, gcm_tag_bytes = 16;

// Ciphertext and tag. REQUIRES: a key and a nonce of these lengths, which never come together again.
std::string encrypt_aes128gcm(std::string_view plain, std::string_view key, std::string_view nonce);

}  // namespace teahouse::crypto
