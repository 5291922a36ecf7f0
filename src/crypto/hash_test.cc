#include "crypto/hash.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/encoding.h"
#include "crypto/hasher.h"
#include "crypto/keys.h"

namespace teahouse::crypto::hash_test {
namespace {

TEST(Hash, DigestsTheKnownVectors) {
  EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 2202 test 2, RFC 4231 tests 2 and 6.
TEST(Hash, AuthenticatesTheKnownVectors) {
  EXPECT_EQ(to_hex(hmac_sha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(to_hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hmac_sha256({}, "x"), hmac_sha256("", "x"));
}

// RFC 6070 and RFC 7914 section 11.
TEST(Hash, DerivesTheKnownVectors) {
  EXPECT_EQ(to_hex(pbkdf2(Hash::sha1, "password", "salt", 1)), "0c60c80f961f0e71f3a9b524af6012062fe037a6");
  EXPECT_EQ(to_hex(pbkdf2(Hash::sha1, "password", "salt", 4096)), "4b007901b765489abead49d926f721d065a429c1");
  EXPECT_EQ(to_hex(pbkdf2(Hash::sha256, "passwd", "salt", 1)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  EXPECT_EQ(pbkdf2(Hash::sha1, {}, "salt", 2), pbkdf2(Hash::sha1, "", "salt", 2));
}

TEST(Hash, DerivesAsOpensslDoes) {
  const struct {
    Hash hash;
    const EVP_MD* digest;
  } kinds[] = {{Hash::sha1, EVP_sha1()}, {Hash::sha256, EVP_sha256()}, {Hash::sha512, EVP_sha512()}};
  for (const auto& [hash, digest] : kinds) {
    for (const size_t size :
         {0, 1, 63, 64, 65, 127, 128, 129, 1000}) {  // a key is hashed where it is longer than a block
      const std::string password(size, 'p'), salt(size, '\0');
      std::string expected(digest_size(hash), '\0');
      ASSERT_EQ(
          PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(size),
                            reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(size), 3, digest,
                            static_cast<int>(expected.size()), reinterpret_cast<unsigned char*>(expected.data())),
          1);
      EXPECT_EQ(to_hex(pbkdf2(hash, password, salt, 3)), to_hex(expected)) << size;
    }
  }
}

// Around the sizes at which another block is begun.
TEST(Hash, DigestsAndAuthenticatesAsOpensslDoes) {
  const struct {
    Hash hash;
    const EVP_MD* digest;
  } kinds[] = {{Hash::sha1, EVP_sha1()}, {Hash::sha256, EVP_sha256()}, {Hash::sha512, EVP_sha512()}};
  for (const auto& [hash, function] : kinds) {
    for (const size_t size : {1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000}) {
      const std::string key(size, 'k'), data(size, 'd');
      const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
      std::string digested(digest_size(hash), '\0'), signed_(digest_size(hash), '\0');
      ASSERT_EQ(EVP_Digest(bytes, size, reinterpret_cast<unsigned char*>(digested.data()), nullptr, function, nullptr),
                1);
      ASSERT_TRUE(HMAC(function, key.data(), static_cast<int>(size), bytes, size,
                       reinterpret_cast<unsigned char*>(signed_.data()), nullptr));
      EXPECT_EQ(to_hex(digest(hash, data)), to_hex(digested)) << size;
      EXPECT_EQ(to_hex(hmac(hash, key, data)), to_hex(signed_)) << size;
    }
  }
}

TEST(Hash, DigestsPieces) {
  Hasher hasher;
  for (const char* piece : {"a", "", "bc"}) hasher.add(piece);
  EXPECT_EQ(hasher.finish(), sha256("abc"));
  EXPECT_EQ(Hasher().finish(), sha256(""));
}

TEST(Hash, ComparesInConstantTime) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

TEST(Keys, AreLongUnlikeAndKeptAsHashes) {
  const std::string key = make_key("sk_");
  EXPECT_TRUE(key.starts_with("sk_"));
  EXPECT_EQ(key.size(), 46U);
  EXPECT_NE(key, make_key("sk_"));
  EXPECT_EQ(hash_key("abc"), to_hex(sha256("abc")));
  EXPECT_NE(hash_key(key), hash_key(make_key("sk_")));
}

}  // namespace
}  // namespace teahouse::crypto::hash_test
