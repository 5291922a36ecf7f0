#include "crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>

namespace teahouse::crypto {
namespace {

const EVP_MD* message_digest(Hash hash) {
  switch (hash) {
    case Hash::sha1: return EVP_sha1();
    case Hash::sha256: return EVP_sha256();
    case Hash::sha512: return EVP_sha512();
  }
  abort();
}

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

size_t digest_size(Hash hash) {
  switch (hash) {
    case Hash::sha1: return 20;
    case Hash::sha256: return 32;
    case Hash::sha512: return 64;
  }
  abort();
}

std::string digest(Hash hash, std::string_view data) {
  std::string out(digest_size(hash), '\0');
  if (EVP_Digest(data.data(), data.size(), bytes(out), nullptr, message_digest(hash), nullptr) != 1) abort();
  return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
  std::string out(digest_size(hash), '\0');
  static constexpr unsigned char nothing = 0;  // HMAC() takes a null key for "the key of before"
  const void* key_bytes = key.empty() ? static_cast<const void*>(&nothing) : key.data();
  unsigned int size = 0;
  if (!HMAC(message_digest(hash), key_bytes, static_cast<int>(key.size()), bytes(data), data.size(), bytes(out),
            &size)) {
    abort();
  }
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace teahouse::crypto
