#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace teahouse::text_test {
namespace {

TEST(Text, Utf8IsStrict) {
  for (const char* good :
       {"", "plain", "茶館", "\xF0\x9F\x8D\xB5 tea", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF", "12345678\xC2\xA9"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC2", "12345678\xE8\x8C", "\xE8\x8C("}) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_FALSE(is_text(bad));
  }
}

TEST(Text, IsWhatXmlCanCarry) {
  for (const char* good : {"", "a\tb\r\nc", "茶", "\xEF\xBF\xBD", "\xF0\x9F\x8D\xB5"})
    EXPECT_TRUE(is_text(good)) << good;
  for (const char* bad : {"\x01", "\x7F", "a\xEF\xBF\xBE", "\xEF\xBF\xBF"}) EXPECT_FALSE(is_text(bad));
}

TEST(Text, IsCountedAndCutByCharacters) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("tea"), 3u);
  EXPECT_EQ(count_characters("茶é\xF0\x9F\x8D\xB5!"), 4u);
  EXPECT_EQ(cut("tea", 3), "tea");
  EXPECT_EQ(cut("teas", 3), "tea");
  EXPECT_EQ(cut("茶館", 6), "茶館");
  for (const size_t between : {3u, 4u, 5u}) EXPECT_EQ(cut("茶館", between), "茶");
  for (const size_t between : {0u, 1u, 2u}) EXPECT_EQ(cut("茶館", between), "");
}

TEST(Text, OnlyAsciiLettersBecomeSmall) {
  EXPECT_EQ(lower_ascii("AZaz@[`{09 ÄÉ茶"), "azaz@[`{09 ÄÉ茶");
  EXPECT_EQ(lower_ascii(""), "");
}

TEST(Text, ADecimalIsDigitsAndNothingElse) {
  EXPECT_EQ(parse_decimal<int64_t>("42"), 42);
  EXPECT_EQ(parse_decimal<int64_t>("-42"), -42);
  EXPECT_EQ(parse_decimal<uint16_t>("65535"), 65535);
  for (const char* bad : {"", " 1", "1 ", "+1", "1.0", "0x1", "one", "1\xEF\xBC\x91"}) {
    EXPECT_FALSE(parse_decimal<int64_t>(bad)) << bad;
  }
  EXPECT_FALSE(parse_decimal<uint16_t>("65536"));
  EXPECT_FALSE(parse_decimal<uint16_t>("-1"));
  EXPECT_FALSE(parse_decimal<int64_t>("9223372036854775808"));
}

}  // namespace
}  // namespace teahouse::text_test
