#include "crypto/encoding.h"

#include <gtest/gtest.h>

namespace teahouse::crypto::encoding_test {
namespace {

TEST(Encoding, WritesAndReadsBase64) {
  const std::vector<std::pair<std::string, std::string>> vectors = {// RFC 4648 section 10
                                                                    {"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(*parse_base64(text), bytes);
  }
}

TEST(Encoding, RefusesLaxBase64) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "=", "==", "Z===", "Zm9v\n", " Zm9v", "Zm 9",
                           "Zh==", "Zm9=", "Zg==Zg==", "Zm-_", "Zm9v====", "\xc3\xa4=="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

TEST(Encoding, WritesAndReadsBase64url) {
  EXPECT_EQ(to_base64url("\xff\xfe\xfd\xfc"), "__79_A");
  EXPECT_EQ(*parse_base64url("__79_A"), "\xff\xfe\xfd\xfc");
  EXPECT_EQ(*parse_base64url(""), "");
  for (const char* text : {"__79_A==", "//79", "_", "__79_B", "a b", "abc\n"})
    EXPECT_FALSE(parse_base64url(text)) << text;
}

TEST(Encoding, WritesAndReadsHex) {
  EXPECT_EQ(to_hex(std::string("\0\x7f\xff", 3)), "007fff");
  EXPECT_EQ(*parse_hex("007FfF"), std::string("\0\x7f\xff", 3));
  for (const char* text : {"0", "0g", "0x", " 0"}) EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(Encoding, RoundsAllLengths) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    EXPECT_EQ(*parse_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(*parse_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(*parse_hex(to_hex(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

}  // namespace
}  // namespace teahouse::crypto::encoding_test
