#include "xml/writer.h"

#include <gtest/gtest.h>

#include "xml/stream_for_test.h"

namespace teahouse::xml::writer_test {
namespace {

using namespace std::string_view_literals;

std::string written(const Element& element, std::string_view default_ns = "jabber:client") {
  std::string out;
  write(out, element, default_ns);
  const auto again = Document::parse(SharedBytes(out), {}, default_ns);
  EXPECT_TRUE(again) << out;
  if (!again) return {};
  EXPECT_EQ(oracle::to_string(again->root()), oracle::to_string(element)) << out;
  return out;
}

TEST(Writer, WritesElements) {
  std::string out;
  Writer(out)
      .open("iq")
      .attribute("type", "result")
      .open("query", "urn:q")
      .leaf("a", "x")
      .leaf("b", "", "urn:b")
      .close()
      .close();
  EXPECT_EQ(out, "<iq type='result'><query xmlns='urn:q'><a>x</a><b xmlns='urn:b'/></query></iq>");
}

TEST(Writer, ClosesShortWhatStaysEmpty) {
  std::string out;
  Writer(out).open("a").text("").raw("").close();
  Writer(out).open("a").raw("<b/>").text("c").close();
  EXPECT_EQ(out, "<a/><a><b/>c</a>");
}

TEST(Writer, Escapes) {
  std::string out;
  Writer(out).open("a", "urn:'&").attribute("b", "<'\">&\t\r\n").text("<'\">&\t\r\n]]>").close();
  EXPECT_EQ(out,
            "<a xmlns='urn:&apos;&amp;' b='&lt;&apos;&quot;&gt;&amp;&#9;&#13;&#10;'>"
            "&lt;&apos;&quot;&gt;&amp;\t&#13;\n]]&gt;</a>");
}

TEST(Writer, GivesBackWhatWasWritten) {
  const std::string text = " a<b>&\"'\r\n\t]]> é 日本 😀 ";
  std::string out;
  Writer(out).open("a").attribute("b", text).text(text).close();
  const auto document = Document::parse(SharedBytes(out));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().attribute("b"), text);
  EXPECT_EQ(document->root().text(), text);
}

TEST(Writer, LeavesOutWhatXmlDoesNotAllow) {
  std::string out;
  append_escaped(out, "a\0b\x01\x1F\xFF\xC0\xAF\xED\xA0\x80\xEF\xBF\xBE\xE2\x82z\xC3\xA9"sv);
  EXPECT_EQ(out, "abz\xC3\xA9");
  append_escaped(out = "", "\xE2\x82");
  EXPECT_EQ(out, "");
}

TEST(Write, LeavesAloneWhatNeedsNothing) {
  for (const auto* xml : {"<a/>", "<a b='c' ><d xmlns='urn:d'>&lt;</d></a >", "<p:a xmlns:p='urn:p'><p:b/></p:a>",
                          "<a xml:lang='de'/>"}) {
    EXPECT_EQ(written(read_element(xml).root()), xml);
  }
}

TEST(Write, AddsWhatIsBoundOutside) {
  EXPECT_EQ(written(read_element("<stream:a stream:b='c'/>").root()),
            "<stream:a xmlns:stream='http://etherx.jabber.org/streams' stream:b='c'/>");
  EXPECT_EQ(written(read_element("<a><stream:b/><stream:c/></a>").root()),
            "<a xmlns:stream='http://etherx.jabber.org/streams'><stream:b/><stream:c/></a>");
}

TEST(Write, SetsTheDefaultNamespaceRight) {
  const Document document = read_element("<a><b/></a>");
  EXPECT_EQ(written(document.root(), "urn:elsewhere"), "<a xmlns='jabber:client'><b/></a>");
  EXPECT_EQ(written(document.root(), ""), "<a xmlns='jabber:client'><b/></a>");
  EXPECT_EQ(written(*document.root().first_child(), ""), "<b xmlns='jabber:client'/>");
  const auto none = Document::parse(SharedBytes("<a/>"));
  EXPECT_EQ(written(none->root()), "<a xmlns=''/>");
}

TEST(Write, TakesAnInnerElementOutOfItsNamespaces) {
  const Document document =
      read_element("<a xmlns='urn:a' xmlns:p='urn:&amp;p'><p:b p:c='d'><e><p:f xmlns:p='urn:q'/></e></p:b></a>");
  EXPECT_EQ(written(*document.root().first_child()),
            "<p:b xmlns='urn:a' xmlns:p='urn:&amp;p' p:c='d'><e><p:f xmlns:p='urn:q'/></e></p:b>");
}

TEST(Write, WritesTheInnerOfAnElement) {
  const Document document = read_element("<a>1<stream:b/>&lt;<c/><![CDATA[x]]></a>");
  std::string out;
  write_inner(out, document.root(), "jabber:client");
  EXPECT_EQ(out, "1<stream:b xmlns:stream='http://etherx.jabber.org/streams'/>&lt;<c/><![CDATA[x]]>");
}

}  // namespace
}  // namespace teahouse::xml::writer_test
