#include "crypto/id_cipher.h"

#include <gtest/gtest.h>

namespace teahouse::crypto::id_cipher_test {
namespace {

TEST(IdCipher, DecryptsWhatItEncrypted) {
  const IdCipher cipher("a secret");
  for (const uint64_t number : {uint64_t{0}, uint64_t{1}, uint64_t{0x0123456789abcdef}, UINT64_MAX}) {
    const std::string text = cipher.encrypt(number);
    EXPECT_EQ(text.size(), 22u);
    EXPECT_EQ(cipher.decrypt(text), number);
    EXPECT_EQ(cipher.encrypt(number), text);
  }
}

TEST(IdCipher, KnowsNoTextThatItDidNotMake) {
  const IdCipher cipher("a secret"), other("another secret");
  const std::string text = cipher.encrypt(7);
  EXPECT_FALSE(other.decrypt(text));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'Q' : 'A';
    EXPECT_FALSE(cipher.decrypt(changed)) << changed;
  }
  for (const std::string& wrong : {std::string(), text.substr(1), text + "A", std::string(22, '='),
                                   std::string(22, 'A'), std::string("0000000000000007")}) {
    EXPECT_FALSE(cipher.decrypt(wrong)) << wrong;
  }
}

TEST(IdCipher, ShowsNoOrder) {
  const IdCipher cipher("a secret");
  const std::string one = cipher.encrypt(1), two = cipher.encrypt(2);
  size_t alike = 0;
  for (size_t i = 0; i < one.size(); ++i) alike += one[i] == two[i] ? 1 : 0;
  EXPECT_LT(alike, 8u);
}

}  // namespace
}  // namespace teahouse::crypto::id_cipher_test
