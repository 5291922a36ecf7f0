#include "xmpp/prep.h"

#include <gtest/gtest.h>

#include "xmpp/prep_class.h"

namespace teahouse::xmpp {
namespace {

std::string localpart(std::string_view text) {
  std::string out;
  const auto done = append_localpart(out, text);
  return done ? out : "(refused)";
}

std::string opaque(std::string_view text) {
  const auto prepared = prepare_password(text);
  return prepared ? *prepared : "(refused)";
}

// RFC 8265 section 3.5, tables 1 to 3; "juliet@example.com" is a username there and no localpart here.
TEST(Prep, PreparesUsernamesAsRfc8265) {
  EXPECT_EQ(localpart("juliet"), "juliet");
  EXPECT_EQ(localpart("fussball"), "fussball");
  EXPECT_EQ(localpart("fu\u00DFball"), "fu\u00DFball");
  EXPECT_EQ(localpart("\u03C0"), "\u03C0");
  EXPECT_EQ(localpart("\u03A3"), "\u03C3");
  EXPECT_EQ(localpart("\u03C3"), "\u03C3");
  EXPECT_EQ(localpart("\u03C2"), "\u03C2");
  EXPECT_EQ(localpart("foo bar"), "(refused)");
  EXPECT_EQ(localpart(""), "(refused)");
  EXPECT_EQ(localpart("henry\u2163"), "(refused)");
  EXPECT_EQ(localpart("\u221E"), "(refused)");
}

// RFC 8265 section 4.3, tables 4 and 5.
TEST(Prep, PreparesPasswordsAsRfc8265) {
  EXPECT_EQ(opaque("correct horse battery staple"), "correct horse battery staple");
  EXPECT_EQ(opaque("Correct Horse Battery Staple"), "Correct Horse Battery Staple");
  EXPECT_EQ(opaque("\u03C0\u00DF\u00E5"), "\u03C0\u00DF\u00E5");
  EXPECT_EQ(opaque("Jack of \u2666s"), "Jack of \u2666s");
  EXPECT_EQ(opaque("foo\u1680bar"), "foo bar");
  EXPECT_EQ(opaque(" a "), " a ");
  EXPECT_EQ(opaque(""), "(refused)");
  EXPECT_EQ(opaque("my cat is a \tby"), "(refused)");
  EXPECT_EQ(prepare_password("").error().kind, ErrorKind::not_acceptable);
}

TEST(Prep, MapsWidthCaseAndForm) {
  EXPECT_EQ(localpart("\uFF21\uFF42\uFF13"), "ab3");  // fullwidth
  EXPECT_EQ(localpart("\uFF76\uFF9E"), "\u30AC");     // halfwidth ka with its voicing mark becomes one ga
  EXPECT_EQ(localpart("\u00C5"), "\u00E5");
  EXPECT_EQ(localpart("A\u030A"), "\u00E5");
  EXPECT_EQ(localpart("\u212B"), "(refused)");  // the angstrom sign is a compatibility character
  EXPECT_EQ(localpart("\u0130"), "i\u0307");
  EXPECT_EQ(localpart("\u01C5"), "(refused)");  // titlecase
  EXPECT_EQ(opaque("\uFF21"), "\uFF21");        // passwords keep their width
  EXPECT_EQ(opaque("e\u0301"), "\u00E9");
}

// draft-whited-precis-test-vectors: the contextual rules of RFC 5892 appendix A.
TEST(Prep, KeepsContextualRules) {
  EXPECT_NE(localpart("\u0915\u094D\u200C\u0937"), "(refused)");  // ZWNJ after a virama
  EXPECT_NE(localpart("\u0628\u200C\u0628"), "(refused)");        // ZWNJ between joining letters
  EXPECT_EQ(localpart("a\u200Cb"), "(refused)");
  EXPECT_EQ(localpart("\u200Cb"), "(refused)");
  EXPECT_NE(localpart("\u0915\u094D\u200D"), "(refused)");  // ZWJ after a virama
  EXPECT_EQ(localpart("a\u200D"), "(refused)");
  EXPECT_EQ(localpart("l\u00B7l"), "l\u00B7l");   // the middle dot of Catalan
  EXPECT_EQ(localpart("L\u00B7L"), "(refused)");  // checked before the case is mapped
  EXPECT_EQ(localpart("l\u00B7"), "(refused)");
  EXPECT_EQ(localpart("\u0375\u03B1"), "\u0375\u03B1");  // keraia before Greek
  EXPECT_EQ(localpart("\u0375a"), "(refused)");
  EXPECT_EQ(localpart("\u05D0\u05F3"), "\u05D0\u05F3");  // geresh after Hebrew
  EXPECT_EQ(localpart("\u05F3"), "(refused)");
  EXPECT_EQ(localpart("\u30A2\u30FB"), "\u30A2\u30FB");  // katakana middle dot beside kana
  EXPECT_EQ(localpart("a\u30FB"), "(refused)");
  EXPECT_EQ(opaque("\u0661\u06F1"), "(refused)");  // two kinds of Arabic digits
  EXPECT_EQ(opaque("\u0661\u0662"), "\u0661\u0662");
  EXPECT_EQ(opaque("\u06F1\u06F2"), "\u06F1\u06F2");
}

TEST(Prep, KnowsTheClasses) {
  const auto refused = [](std::u32string_view text, StringClass c) { return find_disallowed(text, c).has_value(); };
  for (const char32_t cp : {U'\u0640', U'\u07FA', U'\u302E', U'\u3031', U'\u303B', U'\u1100', U'\uFFFE', U'\u0378',
                            U'\u0007', U'\u200B', U'\u2028', U'\uE000', char32_t{0xE0001}, char32_t{0xFE0F}}) {
    EXPECT_TRUE(refused({&cp, 1}, StringClass::freeform)) << std::hex << static_cast<uint32_t>(cp);
  }
  for (const char32_t cp : {U' ', U'\u00A0', U'\u2163', U'\u265A', U'\uFF21', U'\u00A9', U'\u01C5', U'\u20DD'}) {
    EXPECT_FALSE(refused({&cp, 1}, StringClass::freeform)) << std::hex << static_cast<uint32_t>(cp);
    EXPECT_TRUE(refused({&cp, 1}, StringClass::identifier)) << std::hex << static_cast<uint32_t>(cp);
  }
  for (const char32_t cp : {U'~', U'\u00DF', U'\u03C2', U'\u06FD', U'\u0F0B', U'\u3007', U'\u4E2D', U'\uAC00'}) {
    EXPECT_FALSE(refused({&cp, 1}, StringClass::identifier)) << std::hex << static_cast<uint32_t>(cp);
  }
}

TEST(Prep, KeepsTheBidiRule) {
  EXPECT_TRUE(obeys_bidi_rule(U"abc1"));
  EXPECT_TRUE(obeys_bidi_rule(U"1abc"));  // nothing here is written from right to left
  EXPECT_TRUE(obeys_bidi_rule(U"\u05D0\u05D1"));
  EXPECT_TRUE(obeys_bidi_rule(U"\u05D01"));
  EXPECT_TRUE(obeys_bidi_rule(U"\u0627\u0661\u064E"));  // may end in a digit and marks
  EXPECT_FALSE(obeys_bidi_rule(U"1\u05D0"));            // rule 1
  EXPECT_FALSE(obeys_bidi_rule(U"\u05D0a"));            // rule 2
  EXPECT_FALSE(obeys_bidi_rule(U"\u05D0-"));            // rule 3
  EXPECT_FALSE(obeys_bidi_rule(U"\u06271\u0661"));      // rule 4
  EXPECT_FALSE(obeys_bidi_rule(U"a\u05D0"));            // rule 5
}

}  // namespace
}  // namespace teahouse::xmpp
