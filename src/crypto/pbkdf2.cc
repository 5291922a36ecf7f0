// PBKDF2 over libcrypto's SHA functions themselves. PKCS5_PBKDF2_HMAC copies its context by way of the heap for each of
// the thousands of iterations, which is half of its time; here a copy is one of a plain struct.
#define OPENSSL_SUPPRESS_DEPRECATED  // the functions without EVP, which OpenSSL 3 keeps and advises against

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cassert>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

struct Sha1 {
  using Context = SHA_CTX;
  static constexpr size_t block = SHA_CBLOCK, size = SHA_DIGEST_LENGTH;
  static constexpr auto init = SHA1_Init;
  static constexpr auto update = SHA1_Update;
  static constexpr auto final = SHA1_Final;
};
struct Sha256 {
  using Context = SHA256_CTX;
  static constexpr size_t block = SHA256_CBLOCK, size = SHA256_DIGEST_LENGTH;
  static constexpr auto init = SHA256_Init;
  static constexpr auto update = SHA256_Update;
  static constexpr auto final = SHA256_Final;
};
struct Sha512 {
  using Context = SHA512_CTX;
  static constexpr size_t block = SHA512_CBLOCK, size = SHA512_DIGEST_LENGTH;
  static constexpr auto init = SHA512_Init;
  static constexpr auto update = SHA512_Update;
  static constexpr auto final = SHA512_Final;
};

// HMAC (RFC 2104) of one key and many messages: the key's two blocks are hashed once. Wipes what it knows of the key.
template <class Sha>
class KeyedHmac {
 public:
  explicit KeyedHmac(std::string_view key) {
    unsigned char block[Sha::block] = {};
    if (key.size() <= sizeof block) {
      if (!key.empty()) std::memcpy(block, key.data(), key.size());
    } else {
      typename Sha::Context hashed;
      Sha::init(&hashed);
      Sha::update(&hashed, key.data(), key.size());
      Sha::final(block, &hashed);
      OPENSSL_cleanse(&hashed, sizeof hashed);
    }
    start(inner_, block, 0x36);
    start(outer_, block, 0x36 ^ 0x5c);
    OPENSSL_cleanse(block, sizeof block);
  }
  ~KeyedHmac() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
  }
  KeyedHmac(const KeyedHmac&) = delete;
  KeyedHmac& operator=(const KeyedHmac&) = delete;

  // Of two pieces of a message, one after the other. `out` may be one of them.
  void sign(std::string_view first, std::string_view second, unsigned char (&out)[Sha::size]) const {
    typename Sha::Context context = inner_;
    Sha::update(&context, first.data(), first.size());
    Sha::update(&context, second.data(), second.size());
    Sha::final(out, &context);
    context = outer_;
    Sha::update(&context, out, Sha::size);
    Sha::final(out, &context);
  }

 private:
  // Hashes the block after it was changed from the pad of before to the next.
  static void start(typename Sha::Context& context, unsigned char (&block)[Sha::block], unsigned char change) {
    for (unsigned char& byte : block) byte ^= change;
    Sha::init(&context);
    Sha::update(&context, block, sizeof block);
  }

  typename Sha::Context inner_, outer_;
};

template <class Sha>
std::string derive(std::string_view password, std::string_view salt, int iterations) {
  const KeyedHmac<Sha> keyed(password);
  unsigned char round[Sha::size], all[Sha::size];
  const std::string_view last(reinterpret_cast<const char*>(round), sizeof round);
  keyed.sign(salt, std::string_view("\0\0\0\1", 4), round);  // the number of the block
  std::memcpy(all, round, sizeof all);
  for (int i = 1; i < iterations; i++) {
    keyed.sign(last, {}, round);
    for (size_t at = 0; at < sizeof all; at++) all[at] ^= round[at];
  }
  std::string out(reinterpret_cast<const char*>(all), sizeof all);
  OPENSSL_cleanse(round, sizeof round);
  OPENSSL_cleanse(all, sizeof all);
  return out;
}

}  // namespace

std::string pbkdf2(Hash hash, std::string_view password, std::string_view salt, int iterations) {
  assert(iterations > 0);
  switch (hash) {
    case Hash::sha1: return derive<Sha1>(password, salt, iterations);
    case Hash::sha256: return derive<Sha256>(password, salt, iterations);
    case Hash::sha512: return derive<Sha512>(password, salt, iterations);
  }
  abort();
}

}  // namespace teahouse::crypto
