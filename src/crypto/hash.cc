#include "crypto/hash.h"

#include "crypto/sha.h"

namespace teahouse::crypto {
namespace {

template <class Sha>
std::string digest_by(std::string_view data) {
  unsigned char out[Sha::size];
  typename Sha::Context context;
  Sha::init(&context);
  Sha::update(&context, data.data(), data.size());
  Sha::final(out, &context);
  OPENSSL_cleanse(&context, sizeof context);
  return {reinterpret_cast<const char*>(out), sizeof out};
}

template <class Sha>
std::string hmac_by(std::string_view key, std::string_view data) {
  unsigned char out[Sha::size];
  KeyedHmac<Sha>(key).sign(data, {}, out);
  return {reinterpret_cast<const char*>(out), sizeof out};
}

}  // namespace

size_t digest_size(Hash hash) {
  return with_sha(hash, [](auto sha) { return decltype(sha)::size; });
}

std::string digest(Hash hash, std::string_view data) {
  return with_sha(hash, [&](auto sha) { return digest_by<decltype(sha)>(data); });
}

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
  return with_sha(hash, [&](auto sha) { return hmac_by<decltype(sha)>(key, data); });
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace teahouse::crypto
