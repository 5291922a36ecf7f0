// The SHA functions as libcrypto has them without EVP, and HMAC over them. By way of EVP each use looks its function up
// by name first and takes memory for it, which costs several times what it then does with a few bytes. Only for .cc
// files of crypto, before OpenSSL's own headers.
//
// Spec: FIPS 180-4; RFC 2104.
#pragma once

#define OPENSSL_SUPPRESS_DEPRECATED  // OpenSSL 3 keeps these functions and advises against them

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "crypto/hash.h"

namespace teahouse::crypto {

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

// Calls `work` with the functions of this hash.
template <class Work>
auto with_sha(Hash hash, Work&& work) {
  switch (hash) {
    case Hash::sha1: return work(Sha1());
    case Hash::sha256: return work(Sha256());
    case Hash::sha512: return work(Sha512());
  }
  abort();
}

}  // namespace teahouse::crypto
