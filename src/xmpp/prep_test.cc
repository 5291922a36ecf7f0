#include "xmpp/prep.h"

#include <gtest/gtest.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "xmpp/prep_class.h"

namespace teahouse::xmpp::prep_test {
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
  EXPECT_EQ(localpart("\u0130"), "i\u0307");
  EXPECT_EQ(localpart("\u01C5"), "(refused)");  // titlecase
  EXPECT_EQ(opaque("\uFF21"), "\uFF21");        // passwords keep their width
  EXPECT_EQ(opaque("e\u0301"), "\u00E9");
}

// RFC 8264 section 7: the class judges what the mappings have left, not what they were given.
TEST(Prep, MapsBeforeItJudges) {
  const std::pair<const char*, const char*> table[] = {
      {"\u212A", "k"},                   // the kelvin sign
      {"\u212B", "\u00E5"},              // the angstrom sign
      {"\u2126", "\u03C9"},              // the ohm sign
      {"\u09DF", "\u09AF\u09BC"},        // Bengali yya, which NFC writes in two
      {"\u095C", "\u0921\u093C"},        // Devanagari dddha
      {"\uFB1D", "\u05D9\u05B4"},        // Hebrew yod with hiriq
      {"\u1100\u1161", "\uAC00"},        // conjoining Hangul, which NFC writes in one
      {"\u1100\u1161\u11A8", "\uAC01"},  //
      {"\u1112\u1161\u11AB\uAE00", "\uD55C\uAE00"},
      {"\uFFA1\uFFC2", "(refused)"},  // halfwidth Hangul are compatibility letters, which nothing conjoins
      {"\u1100", "(refused)"},        // nor is one alone a syllable
      {"\uF900", "\u8C48"},           // a CJK compatibility ideograph
      {"\u1E9E", "\u00DF"},
      {"\u0344", "\u0308\u0301"},
      {"\u00AA", "(refused)"},  // a compatibility character whatever is mapped
  };
  for (const auto& [given, prepared] : table) EXPECT_EQ(localpart(given), prepared) << given;
}

std::string utf8_of(char32_t cp) {
  std::string out;
  icu::UnicodeString(static_cast<UChar32>(cp)).toUTF8String(out);
  return out;
}

// One character as RFC 8264 section 7 has it before it is judged, written down once more.
std::string mapped(char32_t cp) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  icu::UnicodeString text(static_cast<UChar32>(cp));
  icu::UnicodeString decomposition;
  const int32_t type = u_getIntPropertyValue(static_cast<UChar32>(cp), UCHAR_DECOMPOSITION_TYPE);
  const bool is_width_variant = type == U_DT_WIDE || type == U_DT_NARROW;
  if (is_width_variant && nfkc->getRawDecomposition(static_cast<UChar32>(cp), decomposition)) text = decomposition;
  text.toLower(icu::Locale::getRoot());
  std::string out;
  nfc->normalize(text, status).toUTF8String(out);
  EXPECT_TRUE(U_SUCCESS(status));
  return out;
}

TEST(Prep, TreatsEachCharacterOfUnicodeAsWhatItIsMappedTo) {
  int taken = 0;
  for (char32_t cp = 0x80; cp <= 0x10FFFF; ++cp) {
    if (cp >= 0xD800 && cp <= 0xDFFF) continue;
    const std::string given = utf8_of(cp);
    const std::string prepared = localpart(given);
    ASSERT_EQ(prepared, localpart(mapped(cp))) << std::hex << static_cast<uint32_t>(cp);
    if (prepared == "(refused)") continue;
    ++taken;
    ASSERT_EQ(prepared, localpart(prepared)) << std::hex << static_cast<uint32_t>(cp);
    ASSERT_EQ(opaque(prepared), prepared) << std::hex << static_cast<uint32_t>(cp);
  }
  EXPECT_GT(taken, 130'000);  // letters and digits of Unicode 15
}

TEST(Prep, SaysWhyANameIsRefused) {
  const std::pair<const char*, const char*> table[] = {
      {"a b", "has a character that is not allowed there: U+0020."},
      {"m\u00B2", "has a character that is not allowed there: U+00B2."},
      {"\u05D0_",
       "has letters that are written from right to left, so it must end with a letter or a digit, not with U+005F."},
      {"1\u05D0", "has letters that are written from right to left, so it must begin with a letter, not with U+0031."},
      {"\u0627"
       "1\u0661",
       "has European and Arabic digits beside letters that are written from right to left."},
      {"ali\u0639", "mixes letters that are written from left to right and from right to left, which could deceive."},
      {"\xFF", "is not UTF-8."},
  };
  for (const auto& [given, why] : table) {
    std::string out;
    const auto done = append_localpart(out, given);
    ASSERT_FALSE(done) << given;
    EXPECT_EQ(done.error().text, std::string("The localpart ") + why);
  }
}

// draft-whited-precis-test-vectors: the contextual rules of RFC 5892 appendix A.
TEST(Prep, KeepsContextualRules) {
  EXPECT_NE(localpart("\u0915\u094D\u200C\u0937"), "(refused)");  // ZWNJ after a virama
  EXPECT_NE(localpart("\u0628\u200C\u0628"), "(refused)");        // ZWNJ between joining letters
  EXPECT_EQ(localpart("a\u200Cb"), "(refused)");
  EXPECT_EQ(localpart("\u200Cb"), "(refused)");
  EXPECT_NE(localpart("\u0915\u094D\u200D"), "(refused)");  // ZWJ after a virama
  EXPECT_EQ(localpart("a\u200D"), "(refused)");
  EXPECT_EQ(localpart("l\u00B7l"), "l\u00B7l");  // the middle dot of Catalan
  EXPECT_EQ(localpart("L\u00B7L"), "l\u00B7l");  // judged in lower case
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
  using enum BidiFault::Rule;
  const auto rule = [](std::u32string_view text) {
    const auto fault = find_bidi_fault(text);
    return fault ? std::optional(fault->rule) : std::nullopt;
  };
  for (const char32_t* good : {U"abc1", U"1abc", U"abc_", U"\u05D0\u05D1", U"\u05D01", U"\u0627\u0661\u064E"}) {
    EXPECT_EQ(rule(good), std::nullopt);
  }
  EXPECT_EQ(rule(U"1\u05D0"), first);                             // rule 1
  EXPECT_EQ(rule(U"\u05D0a"), direction);                         // rule 2
  EXPECT_EQ(rule(U"\u05D0-"), last);                              // rule 3
  EXPECT_EQ(rule(U"\u06271\u0661"), digits);                      // rule 4
  EXPECT_EQ(rule(U"a\u05D0"), direction);                         // rule 5
  EXPECT_EQ(find_bidi_fault(U"\u05D0-\u05B4")->character, U'-');  // marks behind it do not count
}

}  // namespace
}  // namespace teahouse::xmpp::prep_test
