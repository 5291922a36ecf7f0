#include "xmpp/jid.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "xmpp/prep.h"

namespace teahouse::jid_test {
namespace {

using Strings = std::vector<std::string>;

Jid jid(std::string_view text) {
  auto parsed = Jid::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().text);
  return parsed ? *parsed : *Jid::parse("failed.invalid");
}

std::string normalised(std::string_view text) { return jid(text).str(); }

void expect_refused(std::string_view text, std::string_view part) {
  const auto parsed = Jid::parse(text);
  ASSERT_FALSE(parsed) << text << " became " << parsed->str();
  EXPECT_EQ(parsed.error().kind, ErrorKind::jid_malformed);
  EXPECT_EQ(parsed.error().text.substr(0, 4 + part.size()), "The " + std::string(part)) << text;
}

// RFC 7622 section 3.5, table 1.
TEST(Jid, AcceptsTheExamplesOfRfc7622) {
  const Strings examples = {"juliet@example.com",         "juliet@example.com/foo",     "juliet@example.com/foo bar",
                            "juliet@example.com/foo@bar", "foo\\20bar@example.com",     "fussball@example.com",
                            "fu\u00DFball@example.com",   "\u03C0@example.com",         "\u03C3@example.com/foo",
                            "\u03C2@example.com/foo",     "king@example.com/\u265A",    "example.com",
                            "example.com/foobar",         "a.example.com/b@example.net"};
  for (const auto& example : examples) EXPECT_EQ(normalised(example), example);
  EXPECT_EQ(normalised("\u03A3@example.com/foo"), "\u03C3@example.com/foo");
  EXPECT_NE(jid("fussball@example.com"), jid("fu\u00DFball@example.com"));
  EXPECT_NE(jid("\u03C3@example.com/foo"), jid("\u03C2@example.com/foo"));
}

// RFC 7622 section 3.5, table 2, without example 18, which erratum 4560 takes back.
TEST(Jid, RefusesTheExamplesOfRfc7622) {
  expect_refused("\"juliet\"@example.com", "localpart");
  expect_refused("foo bar@example.com", "localpart");
  expect_refused("@example.com/", "localpart");
  expect_refused("henry\u2163@example.com", "localpart");
  expect_refused("\u265A@example.com", "localpart");
  expect_refused("juliet@", "domainpart");
  expect_refused("/foobar", "domainpart");
}

TEST(Jid, RefusesEmptyParts) {
  expect_refused("", "domainpart");
  expect_refused("@", "localpart");
  expect_refused("/", "domainpart");
  expect_refused("@example.org", "localpart");
  expect_refused("romeo@example.org/", "resourcepart");
  expect_refused("example.org/", "resourcepart");
  expect_refused(".", "domainpart");
}

// Erratum 4560 to RFC 7622: OpaqueString allows a space wherever it stands.
TEST(Jid, AllowsSpacesAtTheEndsOfAResource) {
  EXPECT_EQ(normalised("juliet@example.com/ foo"), "juliet@example.com/ foo");
  EXPECT_EQ(normalised("juliet@example.com/foo "), "juliet@example.com/foo ");
  EXPECT_EQ(normalised("juliet@example.com/ "), "juliet@example.com/ ");
  EXPECT_EQ(normalised("juliet@example.com/\u3000foo"), "juliet@example.com/ foo");
  EXPECT_NE(jid("juliet@example.com/ foo"), jid("juliet@example.com/foo"));
}

TEST(Jid, GivesItsParts) {
  const Jid full = jid("Romeo@Example.ORG/Balcony/2@home");
  EXPECT_EQ(full.localpart(), "romeo");
  EXPECT_EQ(full.domainpart(), "example.org");
  EXPECT_EQ(full.resourcepart(), "Balcony/2@home");
  EXPECT_EQ(full.bare().str(), "romeo@example.org");
  EXPECT_EQ(full.bare_view(), "romeo@example.org");
  EXPECT_TRUE(full.is_full());
  ASSERT_TRUE(full.full());
  EXPECT_EQ(full.full()->resourcepart(), "Balcony/2@home");
  EXPECT_EQ(full.full()->domainpart(), "example.org");
  EXPECT_EQ(full.full()->bare(), full.bare());
  EXPECT_EQ(full.bare().host().str(), "example.org");

  const Jid host = jid("example.org");
  EXPECT_FALSE(host.has_localpart());
  EXPECT_EQ(host.localpart(), "");
  EXPECT_EQ(host.domainpart(), "example.org");
  EXPECT_EQ(host.resourcepart(), "");
  EXPECT_TRUE(host.is_bare());
  EXPECT_FALSE(host.full());

  const Jid component = jid("rooms.example.org/status");
  EXPECT_EQ(component.domainpart(), "rooms.example.org");
  EXPECT_EQ(component.full()->localpart(), "");
  EXPECT_EQ(component.full()->domainpart(), "rooms.example.org");
}

TEST(Jid, BareRefusesResourcepartAndFullWantsOne) {
  EXPECT_FALSE(BareJid::parse("romeo@example.org/balcony"));
  EXPECT_FALSE(FullJid::parse("romeo@example.org"));
  EXPECT_EQ(BareJid::parse("ROMEO@example.org")->str(), "romeo@example.org");
  EXPECT_EQ(FullJid::parse("romeo@example.org/x")->resourcepart(), "x");
}

TEST(Jid, IsMadeFromParts) {
  const auto romeo = BareJid::make("Romeo", "Example.org.");
  ASSERT_TRUE(romeo);
  EXPECT_EQ(romeo->str(), "romeo@example.org");
  EXPECT_EQ(BareJid::make("", "example.org")->str(), "example.org");
  EXPECT_FALSE(BareJid::make("a@b", "example.org"));
  EXPECT_FALSE(BareJid::make("a", "example.org/x"));
  EXPECT_EQ(romeo->with_resource("orchard")->str(), "romeo@example.org/orchard");
  EXPECT_EQ(romeo->with_resource("orchard")->bare(), *romeo);
  EXPECT_FALSE(romeo->with_resource(""));
  EXPECT_FALSE(romeo->with_resource("a\nb"));
}

TEST(Jid, ComparesOrdersAndHashes) {
  EXPECT_EQ(jid("A@b.c/D"), jid("a@B.C./D"));
  EXPECT_NE(jid("a@b.c/D"), jid("a@b.c/d"));
  const std::set<BareJid> ordered{*BareJid::parse("b.c"), *BareJid::parse("a.c")};
  EXPECT_EQ(ordered.begin()->str(), "a.c");
  const std::unordered_set<Jid> unordered{jid("x.y"), jid("X.Y"), jid("x.z")};
  EXPECT_EQ(unordered.size(), 2U);
  EXPECT_EQ(Jid(*BareJid::parse("a@b.c")), jid("a@b.c"));
  EXPECT_EQ(Jid(*FullJid::parse("a@b.c/d")), jid("a@b.c/d"));
}

// Row 35 of the attack table.
TEST(Jid, LimitsEachPartTo1023Bytes) {
  const std::string fits(1023, 'a');
  const std::string label(60, 'd');
  std::string domain;
  while (domain.size() + label.size() + 1 <= 1023) domain += label + ".";
  domain.pop_back();
  const std::string longest = fits + "@" + domain + "/" + fits;
  EXPECT_EQ(normalised(longest), longest);
  expect_refused(fits + "a@example.org", "localpart");
  expect_refused("a@example.org/" + fits + "a", "resourcepart");
  expect_refused("a@" + domain + "." + domain, "domainpart");
  expect_refused(std::string(64, 'd') + ".org", "domainpart");
  std::string sigmas;
  while (sigmas.size() < 1022) sigmas += "\u03C3";
  EXPECT_EQ(jid(sigmas + "@example.org").localpart().size(), 1022U);
  expect_refused(sigmas + "\u03C3@example.org", "localpart");
  expect_refused(std::string(1'000'000, 'a') + "\u03C3@example.org", "localpart");
  // 1,100 bytes that normalisation makes shorter: e with a combining acute accent becomes one character.
  std::string accents;
  for (int i = 0; i < 360; ++i) accents += "e\u0301";
  EXPECT_EQ(jid(accents + "@example.org").localpart().size(), 720U);
}

// Rows 35: homoglyphs and characters that only change direction or hide.
TEST(Jid, RefusesDeceit) {
  expect_refused("room@example.org/\u202Eoemor", "resourcepart");  // right-to-left override
  expect_refused("room@example.org/romeo\u200B", "resourcepart");  // zero width space
  expect_refused("a\u05D0@example.org", "localpart");              // Latin and Hebrew in one localpart
  expect_refused("romeo\u00AD@example.org", "localpart");          // soft hyphen
  expect_refused("\uFB01@example.org", "localpart");               // the ligature fi
  expect_refused("a\uFF20b@example.org", "localpart");             // a fullwidth @
  expect_refused("romeo@example.org/a\tb", "resourcepart");
  expect_refused("romeo@example.org/\uFFFE", "resourcepart");
  for (const char* bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "ab\xE2\x82"}) {
    expect_refused(std::string(bytes) + "@example.org", "localpart");
    expect_refused("a@" + std::string(bytes) + ".org", "domainpart");
    expect_refused("a@example.org/" + std::string(bytes), "resourcepart");
  }
  expect_refused(std::string_view("a\0b@example.org", 15), "localpart");
  expect_refused(std::string_view("a@exam\0ple.org", 14), "domainpart");
  expect_refused(std::string_view("a@example.org/b\0", 16), "resourcepart");
}

TEST(Jid, RefusesEachForbiddenCharacterOfALocalpart) {
  for (const char c : std::string("\"&':<> \t\n\x7F"))
    expect_refused(std::string("a") + c + "b@example.org", "localpart");
  EXPECT_EQ(normalised("!#$%()*+,-.;=?[\\]^_`{|}~@example.org"), "!#$%()*+,-.;=?[\\]^_`{|}~@example.org");
}

// Bare addresses go into XML as they are (ArchiveIds::make_stamp).
TEST(Jid, RefusesEachCharacterOfADomainThatXmlWouldEscape) {
  for (const char c : std::string("\"&'<>")) {
    expect_refused(std::string("x@exa") + c + "mple.org", "domainpart");
    expect_refused(std::string("x@b\u00FC") + c + ".org", "domainpart");
    expect_refused(std::string("x@[::1") + c + "]", "domainpart");
  }
  expect_refused("x@b\uFF1Cb.org", "domainpart");  // full width: mapped before it is judged
}

TEST(Jid, SaysWhichCharacter) {
  EXPECT_EQ(Jid::parse("foo bar@example.com").error().text,
            "The localpart has a character that is not allowed there: U+0020.");
}

TEST(Jid, NormalisesDomains) {
  EXPECT_EQ(normalised("Example.ORG."), "example.org");
  EXPECT_EQ(normalised("m\u00FCnchen.example"), "m\u00FCnchen.example");
  EXPECT_EQ(normalised("M\u00DCNCHEN.example."), "m\u00FCnchen.example");
  EXPECT_EQ(normalised("xn--mnchen-3ya.example"), "m\u00FCnchen.example");
  EXPECT_EQ(normalised("XN--MNCHEN-3YA.example"), "m\u00FCnchen.example");
  EXPECT_EQ(normalised("fa\u00DF.example"), "fa\u00DF.example");  // nontransitional: not fass.example
  EXPECT_EQ(normalised("example\u3002org\u3002"), "example.org");
  EXPECT_EQ(normalised("\uFF45xample.org"), "example.org");
  EXPECT_EQ(normalised("localhost"), "localhost");
}

// UTS #46 since 15.1, which Unicode's own data follow only from then on.
TEST(Jid, KeepsTheSharpSOfADomain) {
  EXPECT_EQ(normalised("FA\u1E9E.de"), "fa\u00DF.de");
  EXPECT_EQ(normalised("xn--fa-hia.de"), "fa\u00DF.de");
  EXPECT_NE(jid("fa\u00DF.de"), jid("fass.de"));
  EXPECT_EQ(normalised("\U0002F868.example"), "\u36FC.example");  // five ideographs that older data disallow
}

// RFC 5891 section 4.2.3.1 speaks of U-labels; "my--shop" is none, whatever stands beside it.
TEST(Jid, AllowsHyphensInAsciiLabelsBesideOthers) {
  EXPECT_EQ(normalised("my--shop.example"), "my--shop.example");
  EXPECT_EQ(normalised("MY--shop.b\u00FCcher.example"), "my--shop.b\u00FCcher.example");
  EXPECT_EQ(normalised("my--shop.xn--bcher-kva.example."), "my--shop.b\u00FCcher.example");
  expect_refused("b\u00FC--cher.example", "domainpart");
  expect_refused("xn--b--cher-n2a.example", "domainpart");
  expect_refused("-a.b\u00FCcher.example", "domainpart");
}

// RFC 5892 section 2.4 (IgnorableBlocks) and its contextual rules, which look at one label.
TEST(Jid, JudgesEachLabelOfADomain) {
  for (const char* domain :
       {"a\u20D0.example", "\u05D0\u20DD.example", "a\u20F0.example", "a\U0001D165.example", "a\U0001D242.example",
        "l\u00B7.l.example", "\u30FB.\u30A2.example", "\u0375.\u03B1.example", "3com.\u05D0\u05D1.example",
        "a.\u05D01a.example", "a\u200D.example"}) {
    expect_refused(domain, "domainpart");
  }
  EXPECT_EQ(normalised("l\u00B7l.example"), "l\u00B7l.example");
  EXPECT_EQ(normalised("\u30A2\u30FB.example"), "\u30A2\u30FB.example");
  EXPECT_EQ(normalised("\u05D0\u05D1.example"), "\u05D0\u05D1.example");
}

TEST(Jid, SaysWhatIsWrongWithADomain) {
  const std::pair<const char*, const char*> table[] = {
      {"a..b\u00FC", "has an empty label (two dots, or a dot at its start)."},
      {"-b\u00FC.de", "has a label that starts or ends with '-'."},
      {"b\u00FC--b.de", "has a label of other letters than ASCII with '--' in its third and fourth place."},
      {"\u0300a.de", "has a label that begins with a combining mark."},
      {"\u2665.de", "has a character that is not allowed there: U+2665."},
      {"a\u20D0.de", "has a character that is not allowed there: U+20D0."},
      {"a_b.\u00FC.de", "has a character that is not allowed there: U+005F."},
      {"xn--a.de", "has a label \"xn--...\" that stands for no name."},
      {"3com.\u05D0.de",
       "has letters that are written from right to left, so each label must begin with a letter, end with a letter or "
       "a digit, and be written in one direction."},
      {"a\u200Db.de", "has a character that is not allowed there: U+200D."},
      {"l\u00B7.de", "has a character that is not allowed there: U+00B7."},
      {"\xFF.de", "is not UTF-8."},
  };
  for (const auto& [domain, why] : table) {
    const auto parsed = Jid::parse(domain);
    ASSERT_FALSE(parsed) << domain;
    EXPECT_EQ(parsed.error().text, std::string("The domainpart ") + why) << domain;
  }
}

TEST(Jid, RefusesWhatIsNoDomain) {
  for (const char* domain :
       {"a..b", ".a", "a b", "-a.org", "a-.org", "a_b.org", "exa*mple.org", "\u2665.example", "xn--.org", "xn--a.org",
        "xn--zzzzzzzzzzzz.org", "a\u0001.org", "\u202Ea.org", "a..", "\u05D0a.org", "a:5222", "\u3002"}) {
    expect_refused(std::string("x@") + domain, "domainpart");
  }
}

TEST(Jid, AcceptsAddressLiterals) {
  EXPECT_EQ(normalised("a@127.0.0.1/x"), "a@127.0.0.1/x");
  EXPECT_EQ(normalised("a@[2001:DB8:0::1]/x"), "a@[2001:db8::1]/x");
  EXPECT_EQ(normalised("[::1]"), "[::1]");
  for (const char* domain : {"[", "[]", "[::1", "[::g]", "[127.0.0.1]", "[fe80::1%eth0]", "[::1]x", "2001:db8::1"}) {
    expect_refused(domain, "domainpart");
  }
}

TEST(Jid, EscapesLocalparts) {
  const std::vector<std::pair<std::string, std::string>> table = {
      // XEP-0106 section 5
      {"space cadet", "space\\20cadet"},
      {"call me \"ishmael\"", "call\\20me\\20\\22ishmael\\22"},
      {"at&t guy", "at\\26t\\20guy"},
      {"d'artagnan", "d\\27artagnan"},
      {"/.fanboy", "\\2f.fanboy"},
      {"::foo::", "\\3a\\3afoo\\3a\\3a"},
      {"<foo>", "\\3cfoo\\3e"},
      {"user@host", "user\\40host"},
      {"c:\\net", "c\\3a\\net"},
      {"c:\\\\net", "c\\3a\\\\net"},
      {"c:\\cool stuff", "c\\3a\\cool\\20stuff"},
      {"c:\\5commas", "c\\3a\\5c5commas"},
      {"\\3and\\2is\\5cool", "\\5c3and\\2is\\5c5cool"},
  };
  for (const auto& [plain, escaped] : table) {
    EXPECT_EQ(escape_localpart(plain), escaped);
    EXPECT_EQ(unescape_localpart(escaped), plain);
    EXPECT_TRUE(BareJid::make(escape_localpart(plain), "example.com")) << plain;
  }
  EXPECT_EQ(unescape_localpart("\\20x\\20"), "\\20x\\20");  // no space at an end
  EXPECT_EQ(unescape_localpart("\\2F\\xx\\"), "/\\xx\\");
}

}  // namespace
}  // namespace teahouse::jid_test
