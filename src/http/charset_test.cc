#include "http/charset.h"

#include <gtest/gtest.h>

namespace teahouse::http::charset_test {
namespace {

TEST(Charset, IsKnownByTheLabelsThatBrowsersAndPhpUse) {
  for (const char* label : {"gbk", "GB2312", "gb_2312", "GB_2312-80", "x-gbk", "chinese", "csGB2312", "csISO58GB231280",
                            "iso-ir-58", "gb18030", "CN-GB", "CP936"}) {
    const auto charset = parse_charset(label);
    ASSERT_TRUE(charset) << label;
    EXPECT_EQ(*charset, Charset::gbk) << label;
  }
  for (const char* label : {"big5", "Big5-HKSCS", "cn-big5", "csBig5", "x-x-big5"}) {
    const auto charset = parse_charset(label);
    ASSERT_TRUE(charset) << label;
    EXPECT_EQ(*charset, Charset::big5) << label;
  }
  for (const char* label : {"UTF-8", "utf8", "unicode-1-1-utf-8"}) EXPECT_EQ(*parse_charset(label), Charset::utf8);
  for (const char* label : {"", "latin1", "shift_jis", "gbk2", "big"}) {
    EXPECT_EQ(parse_charset(label).error().kind, ErrorKind::not_acceptable) << label;
  }
}

// The texts are those that a browser's TextDecoder makes of the same bytes.
TEST(Charset, IsReadAsBrowsersReadIt) {
  EXPECT_EQ(*to_utf8("\xB2\xE8\x80"
                     "5",
                     Charset::gbk),
            "茶€5");
  EXPECT_EQ(*to_utf8("\x84\x31\xA4\x37", Charset::gbk), "\xEF\xBF\xBD");
  EXPECT_EQ(*to_utf8("\xA1\x45\xA1\xE3\xA2\x44", Charset::big5), "‧～￥");
  EXPECT_EQ(*to_utf8("\xC6\xA1\xC7\x62", Charset::big5), "①ほ");
  EXPECT_EQ(*to_utf8("\x87\x45\x88\x62", Charset::big5), "𧉧Ê̄");
  EXPECT_EQ(*to_utf8("plain", Charset::big5), "plain");
}

TEST(Charset, IsNotReadWhereItIsBroken) {
  for (const char* bytes : {"\xB2", "\xFF", "\x80\xFF", "a\x81"}) EXPECT_FALSE(to_utf8(bytes, Charset::gbk)) << bytes;
  for (const char* bytes : {"\xAF", "\x80", "\xFF", "\xA1\x01"}) EXPECT_FALSE(to_utf8(bytes, Charset::big5)) << bytes;
}

}  // namespace
}  // namespace teahouse::http::charset_test
