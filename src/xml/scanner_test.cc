// The rules of XML 1.0 and Namespaces in XML for an element, one by one.
#include "xml/scanner.h"

#include <gtest/gtest.h>

#include "xml/stream_for_test.h"

namespace teahouse::xml::scanner_test {
namespace {

void expect_refused(std::string_view element) { expect_fault(stream(element), StreamFault::not_well_formed); }

std::string text_of(std::string_view content) {
  return read_element("<a>" + std::string(content) + "</a>").root().text();
}

std::string value_of(std::string_view value) {
  return std::string(read_element("<a b='" + std::string(value) + "'/>").root().attribute("b").value_or("absent"));
}

// ---- characters --------------------------------------------------------------------------------------------------

TEST(Scanner, TakesUtf8) {
  const std::string text = "\x7F é ß Привет 日本語 \uFFFD \U00010000 😀 \U0010FFFF";
  EXPECT_EQ(text_of(text), text);
  EXPECT_EQ(value_of(text), text);
  EXPECT_EQ(text_of("<![CDATA[" + text + "]]>"), text);
}

TEST(Scanner, RefusesWhatIsNotUtf8) {
  for (const std::string bad :
       {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xFF", "\xFE", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF",
        "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xEB\x3C\x3E",
        "\xC3\x28", "\xE2\x82", "\xF0\x9F\x98"}) {
    expect_refused("<a>" + bad + "</a>");
    expect_refused("<a b='" + bad + "'/>");
    expect_refused("<a><![CDATA[" + bad + "]]></a>");
    expect_refused("<a" + bad + "/>");
    expect_refused("<a b" + bad + "='c'/>");
    expect_refused("<a></a" + bad + ">");
  }
}

TEST(Scanner, RefusesWhatIsNoXmlChar) {
  for (const std::string bad : {"\x01", "\x08", "\x0B", "\x0C", "\x1F", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    expect_refused("<a>" + bad + "</a>");
    expect_refused("<a b='" + bad + "'/>");
    expect_refused("<a><![CDATA[" + bad + "]]></a>");
  }
}

TEST(Scanner, NormalisesLineEnds) {
  EXPECT_EQ(text_of("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n");
  EXPECT_EQ(text_of("<![CDATA[a\r\nb\rc]]>"), "a\nb\nc");
  EXPECT_EQ(text_of("a&#13;&#xA;b"), "a\r\nb");
}

TEST(Scanner, NormalisesWhiteSpaceInValues) {
  EXPECT_EQ(value_of("a\r\nb\rc\nd\te  f"), "a b c d e  f");
  EXPECT_EQ(value_of("a&#13;&#10;&#9;b"), "a\r\n\tb");
}

// ---- references --------------------------------------------------------------------------------------------------

TEST(Scanner, ResolvesTheFiveEntitiesAndCharacterReferences) {
  const std::string coded = "&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#x1f600;&#x1F600;&#00067;";
  EXPECT_EQ(text_of(coded), "<>&'\"AB😀😀C");
  EXPECT_EQ(value_of(coded), "<>&'\"AB😀😀C");
  EXPECT_EQ(text_of("&amp;lt;"), "&lt;");
  EXPECT_EQ(text_of("<![CDATA[&lt;]]>"), "&lt;");
}

TEST(Scanner, RefusesOtherReferences) {
  for (const std::string bad :
       {"&foo;", "&;", "&#;", "&#x;", "&#0;", "&#1;", "&#xFFFE;", "&#xD800;", "&#x110000;", "&#xG;", "&#9999999999999;",
        "&#X41;", "&#6A;", "&lt", "& ", "&a b;", "&LT;", "&#-65;", "&nbsp;"}) {
    expect_refused("<a>" + bad + "</a>");
    expect_refused("<a b='" + bad + "'/>");
  }
  expect_refused("<a>&#" + std::string(40, '0') + "65;</a>");
}

// ---- tags --------------------------------------------------------------------------------------------------------

TEST(Scanner, TakesWhiteSpaceInTags) {
  const Document document = read_element("<a  b = '1'\n c\t=\r\"2\"  ><d\n/></a\n>");
  EXPECT_EQ(document.root().attribute("b"), "1");
  EXPECT_EQ(document.root().attribute("c"), "2");
  EXPECT_EQ(document.root().child_count(), 1u);
}

TEST(Scanner, TakesEitherQuotesAndGreaterThanInValues) {
  const Document document = read_element("<a b='>\"' c=\"/>'\">]] > ]></a>");
  EXPECT_EQ(document.root().attribute("b"), ">\"");
  EXPECT_EQ(document.root().attribute("c"), "/>'");
  EXPECT_EQ(document.root().text(), "]] > ]>");
}

TEST(Scanner, RefusesWrongTags) {
  for (const std::string bad : {"< a/>",
                                "<a",
                                "<a/ >",
                                "<a b/>",
                                "<a b=/>",
                                "<a b=c/>",
                                "<a b='c/>",
                                "<a b='1'c='2'/>",
                                "<a 'b'/>",
                                "<a =b/>",
                                "<a b='<'/>",
                                "<a><b></a></b>",
                                "<a></b>",
                                "<a></a b='c'>",
                                "<a></ a>",
                                "<a></>",
                                "<>",
                                "<a></ab>",
                                "<ab></a>",
                                "<a b='c' b='d'/>",
                                "<a b='c' d='e' b='c'/>",
                                "<a/ b='c'>",
                                "<a\"/>",
                                "<a<b/>",
                                "<a <b/>",
                                "</a>"}) {
    expect_refused(bad);
  }
}

TEST(Scanner, RefusesEndOfCdataInText) {
  expect_refused("<a>]]></a>");
  expect_refused("<a>]]]></a>");
  expect_refused("<a>&amp;]]></a>");
  expect_refused("<a><![CDATA[]]>]]></a>");
  EXPECT_EQ(text_of("]]&gt;"), "]]>");
  EXPECT_EQ(text_of("]<b/>]>"), "]]>");
  EXPECT_EQ(text_of("<![CDATA[]]]]>>"), "]]>");
}

TEST(Scanner, TakesCdata) {
  EXPECT_EQ(text_of("a<![CDATA[<b>&amp;]]]]><![CDATA[>]]>c<![CDATA[]]>"), "a<b>&amp;]]>c");
  expect_refused("<a><![CDATA a]]></a>");
  expect_refused("<a><![cdata[a]]></a>");
  expect_refused("<a><!></a>");
  expect_refused("<a><!ELEMENT a></a>");
}

// ---- names and namespaces ----------------------------------------------------------------------------------------

TEST(Scanner, TakesNamesAsXmlHasThem) {
  for (const std::string name : {"a", "_", "A-b.c_9", "é", "élan", "日本", "a·b", "x́"}) {
    EXPECT_EQ(read_element("<" + name + "></" + name + ">").root().name(), name);
    EXPECT_EQ(read_element("<a " + name + "='1'/>").root().attribute(name), "1");
  }
  for (const std::string name : {"1", "-a", ".a", "·a", "a;", "a\xC2\xA0", "×", "a×", "a\u2028", "a/b"}) {
    expect_refused("<" + name + "></" + name + ">");
    expect_refused("<a " + name + "='1'/>");
  }
}

TEST(Scanner, RefusesColonsThatSeparateNothing) {
  for (const std::string name : {":", ":a", "a:", "a:b:c", "a::b", "a:1", "a:-"}) {
    expect_refused("<" + name + " xmlns:a='urn:a'/>");
    expect_refused("<x xmlns:a='urn:a' " + name + "=''/>");
  }
}

TEST(Scanner, ResolvesPrefixesInTheirScope) {
  const Document document = read_element(
      "<p:a xmlns:p='urn:1' xmlns='urn:d' p:x='1'><p:b xmlns:p='urn:2' p:x='2'/><p:c x='3'/><d "
      "xmlns=''><e/></d></p:a>");
  const Element a = document.root();
  EXPECT_TRUE(a.is("a", "urn:1"));
  EXPECT_EQ(a.attribute("urn:1", "x"), "1");
  EXPECT_FALSE(a.attribute("x").has_value());
  ASSERT_TRUE(a.child("b", "urn:2").has_value());
  EXPECT_EQ(a.child("b", "urn:2")->attribute("urn:2", "x"), "2");
  EXPECT_EQ(a.child("c", "urn:1")->attribute("x"), "3");
  EXPECT_TRUE(a.child("d", "")->first_child()->is("e", ""));
}

TEST(Scanner, KeepsTheStreamsPrefixesInForce) {
  const Document features = read_element("<stream:features><a stream:b='c'/></stream:features>");
  EXPECT_TRUE(features.root().is("features", "http://etherx.jabber.org/streams"));
  EXPECT_EQ(features.root().first_child()->attribute("http://etherx.jabber.org/streams", "b"), "c");
  EXPECT_TRUE(read_element("<a xmlns:stream='urn:x'><stream:b/></a>").root().first_child()->is("b", "urn:x"));
}

TEST(Scanner, RefusesPrefixesThatAreNotBound) {
  expect_refused("<p:a/>");
  expect_refused("<a p:b=''/>");
  expect_refused("<a><b xmlns:p='urn:p'/><p:c/></a>");
  expect_fault(stream("<b xmlns:p='urn:p'/><p:c/>"), StreamFault::not_well_formed);
  expect_refused("<xmlns:a/>");
}

TEST(Scanner, KeepsTheReservedPrefixes) {
  EXPECT_EQ(read_element("<a xml:lang='de'/>").root().attribute(xml_ns, "lang"), "de");
  EXPECT_TRUE(
      read_element("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'><xml:b/></a>").root().child("b", xml_ns));
  expect_refused("<a xmlns:xml='urn:x'/>");
  expect_refused("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>");
  expect_refused("<a xmlns='http://www.w3.org/XML/1998/namespace'/>");
  expect_refused("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>");
  expect_refused("<a xmlns='http://www.w3.org/2000/xmlns/'/>");
  expect_refused("<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>");
  expect_refused("<a xmlns:xmlns='urn:x'/>");
  expect_refused("<a xmlns:p='http://www.w3.org/XML/1998/namespac&#101;'/>");
}

TEST(Scanner, RefusesToUnbindAPrefix) { expect_refused("<a xmlns:p=''/>"); }

TEST(Scanner, RefusesAnExpandedNameTwice) {
  expect_refused("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>");
  expect_refused("<a xmlns:p='urn:x'><b xmlns:q='urn:&#120;' p:b='1' q:b='2'/></a>");
  expect_refused("<a xmlns:p='http://etherx.jabber.org/streams' p:b='1' stream:b='2'/>");
  expect_refused("<a xmlns:p='urn:p' xmlns:p='urn:q'/>");
  expect_refused("<a xmlns='urn:p' xmlns='urn:p'/>");
  read_element("<a xmlns:p='urn:x' xmlns:q='urn:y' xmlns='urn:x' p:b='1' q:b='2' b='3' xmlns:b='urn:z'/>");
}

}  // namespace
}  // namespace teahouse::xml::scanner_test
