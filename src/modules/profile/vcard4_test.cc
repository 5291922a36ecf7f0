#include "modules/profile/vcard4.h"

#include <gtest/gtest.h>

namespace teahouse::profile::vcard4_test {
namespace {

constexpr char temp_head[] = "<vCard xmlns='vcard-temp'>", temp_tail[] = "</vCard>";
constexpr char head_4[] = "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>", tail_4[] = "</vcard>";

xml::Document parse(const std::string& xml) {
  auto document = xml::Document::parse(SharedBytes(xml));
  EXPECT_TRUE(document) << xml;
  return document ? std::move(*document) : xml::Document::parse(SharedBytes("<x/>")).value();
}
std::string to_4(const std::string& inner, const std::string& before = {}) {
  const xml::Document vcard = parse(temp_head + inner + temp_tail), known = parse(head_4 + before + tail_4);
  return make_vcard4(vcard.root(), known.root());
}
std::string to_temp(const std::string& inner, const std::string& before = {}) {
  const xml::Document vcard = parse(head_4 + inner + tail_4), known = parse(temp_head + before + temp_tail);
  return make_vcard_temp(vcard.root(), known.root());
}

// Each in both directions (XEP-0292 section 8).
TEST(Vcard4, SaysWhatAVcardSaysAndBack) {
  const std::pair<const char*, const char*> same[] = {
      {"<FN>A &amp; B</FN>", "<fn><text>A &amp; B</text></fn>"},
      {"<N><FAMILY>F</FAMILY><GIVEN>G</GIVEN><MIDDLE/><PREFIX>P</PREFIX><SUFFIX>S</SUFFIX></N>",
       "<n><surname>F</surname><given>G</given><additional/><prefix>P</prefix><suffix>S</suffix></n>"},
      {"<NICKNAME>a</NICKNAME><NICKNAME>b</NICKNAME>",
       "<nickname><text>a</text></nickname><nickname><text>b</text></nickname>"},
      {"<BDAY>1966-08-06</BDAY>", "<bday><date>1966-08-06</date></bday>"},
      {"<ADR><WORK/><PREF/><POBOX>1</POBOX><STREET>S</STREET><PCODE>8</PCODE><CTRY>C</CTRY></ADR>",
       "<adr><parameters><type><text>work</text></type><pref><integer>1</integer></pref></parameters>"
       "<pobox>1</pobox><street>S</street><code>8</code><country>C</country></adr>"},
      {"<TEL><WORK/><FAX/><NUMBER>303-308-3282</NUMBER></TEL>",
       "<tel><parameters><type><text>work</text><text>fax</text></type></parameters><uri>tel:303-308-3282</uri></tel>"},
      {"<TEL><NUMBER>ask Bo</NUMBER></TEL>", "<tel><text>ask Bo</text></tel>"},
      {"<EMAIL><INTERNET/><HOME/><USERID>a@b.example</USERID></EMAIL>",
       "<email><parameters><type><text>home</text></type></parameters><text>a@b.example</text></email>"},
      {"<JABBERID>a@b.example</JABBERID>", "<impp><uri>xmpp:a@b.example</uri></impp>"},
      {"<GEO><LAT>39.59</LAT><LON>-105.01</LON></GEO>", "<geo><uri>geo:39.59,-105.01</uri></geo>"},
      {"<TITLE>T</TITLE><ROLE>R</ROLE>", "<title><text>T</text></title><role><text>R</text></role>"},
      {"<ORG><ORGNAME>O</ORGNAME><ORGUNIT>U</ORGUNIT><ORGUNIT>V</ORGUNIT></ORG>",
       "<org><text>O</text><text>U</text><text>V</text></org>"},
      {"<CATEGORIES><KEYWORD>a</KEYWORD><KEYWORD>b</KEYWORD></CATEGORIES>",
       "<categories><text>a</text><text>b</text></categories>"},
      {"<DESC>D</DESC><URL>https://a.example/</URL><UID>1</UID><TZ>Z</TZ>",
       "<note><text>D</text></note><url><uri>https://a.example/</uri></url><uid><text>1</text></uid>"
       "<tz><text>Z</text></tz>"},
  };
  for (const auto& [temp, vcard4] : same) {
    EXPECT_EQ(to_4(temp), head_4 + std::string(vcard4) + tail_4);
    EXPECT_EQ(to_temp(vcard4), temp_head + std::string(temp) + temp_tail);
  }
}

TEST(Vcard4, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(to_4("<FN/><TEL><HOME/><NUMBER/></TEL><EMAIL><USERID> </USERID></EMAIL><GEO><LAT>1</LAT></GEO>"
                 "<ORG><ORGNAME/></ORG><CATEGORIES/>"),
            "");
  EXPECT_EQ(to_temp("<fn/><geo><uri>geo:1</uri></geo><impp><uri>sip:a@b</uri></impp><x xmlns='urn:y'/>"),
            "<vCard xmlns='vcard-temp'/>");
}

TEST(Vcard4, KeepsOnEachSideWhatTheOtherHasNoPlaceFor) {
  EXPECT_EQ(to_4("<FN>B</FN><MAILER>M</MAILER>",
                 "<fn><text>A</text></fn><gender><sex><text>F</text></sex></gender><x xmlns='urn:y'>z</x>"),
            head_4 +
                std::string("<fn><text>B</text></fn><gender><sex><text>F</text></sex></gender>"
                            "<x xmlns='urn:y'>z</x>") +
                tail_4);
  EXPECT_EQ(
      to_temp("<fn><text>B</text></fn><lang><language-tag>en</language-tag></lang>",
              "<FN>A</FN><PHOTO><EXTVAL>u</EXTVAL></PHOTO><SORT-STRING>a</SORT-STRING>"),
      temp_head + std::string("<FN>B</FN><PHOTO><EXTVAL>u</EXTVAL></PHOTO><SORT-STRING>a</SORT-STRING>") + temp_tail);
}

TEST(Vcard4, TakesTheValueOfWhateverType) {
  EXPECT_EQ(
      to_temp("<tel><uri>tel:+1</uri></tel><bday><parameters/><text>spring</text></bday><url><text>u</text></url>"),
      temp_head + std::string("<TEL><NUMBER>+1</NUMBER></TEL><BDAY>spring</BDAY><URL>u</URL>") + temp_tail);
}

}  // namespace
}  // namespace teahouse::profile::vcard4_test
