#include "xmpp/nickname.h"

#include <gtest/gtest.h>

namespace teahouse::xmpp::nickname_test {
namespace {

// RFC 8266 section 3, tables 1 and 2.
TEST(Nickname, ComparesAsRfc8266) {
  EXPECT_EQ(make_nickname_key("Foo"), "foo");
  EXPECT_EQ(make_nickname_key("foo"), "foo");
  EXPECT_EQ(make_nickname_key("Foo Bar"), "foo bar");
  EXPECT_EQ(make_nickname_key("  Foo     Bar   "), "foo bar");
  EXPECT_EQ(make_nickname_key("\u03A3"), "\u03C3");
  EXPECT_EQ(make_nickname_key("\u03C3"), "\u03C3");
  EXPECT_EQ(make_nickname_key("\u03C2"), "\u03C2");
  EXPECT_EQ(make_nickname_key("Richard \u2163"), "richard iv");
  EXPECT_EQ(make_nickname_key("\u265A"), "\u265A");
}

TEST(Nickname, FormsOfOneLetterAreOne) {
  for (const char* text : {"\u00C5sa", "A\u030Asa", "\u212Bsa", "\u00E5s\u00AA", " \u00E5sa\u3000"}) {
    EXPECT_EQ(make_nickname_key(text), "\u00E5sa") << text;
  }
  EXPECT_EQ(make_nickname_key("\uFF32\uFF4F\uFF4D\uFF45\uFF4F"), "romeo");  // full width
  EXPECT_EQ(make_nickname_key("\uFF76\uFF9E"), "\u30AC");
  EXPECT_EQ(make_nickname_key("a\u00A0\u2003b"), "a b");
}

TEST(Nickname, LikeLettersOfOtherScriptsAreNot) {
  EXPECT_NE(make_nickname_key("R\u043Emeo"), make_nickname_key("Romeo"));
  EXPECT_NE(make_nickname_key("stra\u00DFe"), make_nickname_key("strasse"));
}

TEST(Nickname, NothingToBeSeenIsNone) {
  for (const char* text : {"", " ", "   ", "\u00A0", "\u3000 \u2003"}) EXPECT_EQ(make_nickname_key(text), "") << text;
}

TEST(Nickname, IsNearToAnyName) {
  EXPECT_EQ(make_nickname("Anna \u2764\uFE0F"), "Anna \u2764");
  EXPECT_EQ(make_nickname("\U0001F469\u200D\U0001F4BB Dev"), "\U0001F469\U0001F4BB Dev");
  EXPECT_EQ(make_nickname("\u739B\u4E3D\u00B7\u5C45\u91CC"), "\u739B\u4E3D\u5C45\u91CC");
  EXPECT_EQ(make_nickname("\u200F \u00ADAli\u00A0"), "Ali");
  EXPECT_EQ(make_nickname("Romeo Montague"), "Romeo Montague");
  EXPECT_EQ(make_nickname("\u1112\u1161\u11AB\uAD6D"), "\uD55C\uAD6D");
  for (const char* name : {"", " ", "\u200B", "\u00AD \u2060", "\xFF"}) EXPECT_EQ(make_nickname(name), "") << name;
}

TEST(Nickname, AKeyIsItsOwn) {
  for (const char* text : {"\u0130stanbul", "\uFDFA", "\u00A8x", "\u2002\u00B4", "\u01C5", "\u1E9E", "\u03D4\u0301"}) {
    const std::string key = make_nickname_key(text);
    EXPECT_EQ(make_nickname_key(key), key) << text;
  }
}

}  // namespace
}  // namespace teahouse::xmpp::nickname_test
