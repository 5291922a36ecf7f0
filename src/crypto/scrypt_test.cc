#include "crypto/scrypt.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::crypto::scrypt_test {
namespace {

// RFC 7914 section 12; the last of it takes 1 GiB.
TEST(Scrypt, AsTheRfcHasIt) {
  EXPECT_EQ(to_hex(scrypt("", "", {16, 1, 1}, 64)),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(to_hex(scrypt("password", "NaCl", {1024, 8, 16}, 64)),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(to_hex(scrypt("pleaseletmein", "SodiumChloride", {16384, 8, 1}, 64)),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(Scrypt, ChecksWhatItHasStored) {
  const std::string stored = hash_password("open sesame");
  EXPECT_TRUE(check_password("open sesame", stored));
  EXPECT_FALSE(check_password("open sesame ", stored));
  EXPECT_FALSE(check_password("", stored));
  EXPECT_NE(hash_password("open sesame"), stored);
  EXPECT_EQ(stored.find("sesame"), std::string::npos);
}

TEST(Scrypt, RefusesWhatItHasNotStored) {
  const std::string hash = to_base64(std::string(32, 'h')), salt = to_base64("salt");
  for (const std::string& stored :
       {std::string(), std::string("scrypt"), "scrypt$2$8$1$" + salt, "scrypt$3$8$1$" + salt + "$" + hash,
        "scrypt$1048576$32$16$" + salt + "$" + hash, "scrypt$-2$8$1$" + salt + "$" + hash,
        "scrypt$2$0$1$" + salt + "$" + hash, "scrypt$2$8$1$" + salt + "$aGk=", "argon2$2$8$1$" + salt + "$" + hash,
        "scrypt$2$8$1$" + salt + "$" + hash + "$x"}) {
    EXPECT_FALSE(check_password("x", stored)) << stored;
  }
}

}  // namespace
}  // namespace teahouse::crypto::scrypt_test
