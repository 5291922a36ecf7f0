// PBKDF2 over libcrypto's SHA functions themselves. PKCS5_PBKDF2_HMAC copies its context by way of the heap for each of
// the thousands of iterations, which is half of its time; here a copy is one of a plain struct.
#include "crypto/sha.h"

#include <cassert>
#include <cstring>
#include <string>
#include <string_view>

namespace teahouse::crypto {
namespace {

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
  return with_sha(hash, [&](auto sha) { return derive<decltype(sha)>(password, salt, iterations); });
}

}  // namespace teahouse::crypto
