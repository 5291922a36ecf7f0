#include "xml/document.h"

#include <gtest/gtest.h>

#include "xml/stream_for_test.h"

namespace teahouse::xml::document_test {
namespace {

Document parse(std::string_view xml, std::string_view default_ns = {}) {
  auto document = Document::parse(SharedBytes(std::string(xml)), {}, default_ns);
  EXPECT_TRUE(document) << xml << ": " << (document ? "" : document.error().text);
  if (!document) std::abort();
  return std::move(*document);
}

ErrorKind refusal(std::string_view xml, const Limits& limits = {}) {
  const auto document = Document::parse(SharedBytes(std::string(xml)), limits);
  EXPECT_FALSE(document) << xml;
  return document ? ErrorKind::undefined_condition : document.error().kind;
}

TEST(Document, IsOneElementWithWhiteSpaceAround) {
  const Document document = parse(" \r\n<a b='c'/>\t\n");
  EXPECT_EQ(document.bytes().view(), "<a b='c'/>");
  EXPECT_EQ(document.root().outer(), "<a b='c'/>");
  EXPECT_EQ(document.root().inner(), "");
}

TEST(Document, ThatIsKeptReservesNothing) {
  Document kept = parse("<a xmlns='urn:a' b='c'>x<d/></a>");
  const Document copy = kept;
  kept.shrink_to_fit();
  EXPECT_LT(kept.held_bytes(), copy.held_bytes() / 2);
  for (const Document& each : {kept, copy}) {
    EXPECT_EQ(each.bytes().view(), "<a xmlns='urn:a' b='c'>x<d/></a>");
    EXPECT_EQ(each.root().attribute("b"), "c");
    EXPECT_TRUE(each.root().child("d", "urn:a"));
  }
  EXPECT_EQ(kept.bytes().view().data(), copy.bytes().view().data());
}

TEST(Document, SharesTheBytesItWasGiven) {
  const SharedBytes bytes(std::string("<a>" + std::string(100, 'x') + "</a>"));
  const auto document = Document::parse(bytes);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->bytes().view().data(), bytes.view().data());
}

TEST(Document, RefusesWhatIsNotOneElement) {
  for (const auto* bad :
       {"", " ", "text", "<a>", "<a/><b/>", "<a/>x", "x<a/>", "</a>", "<a></b>", "<", "<a/>>", "<a b='c'"}) {
    EXPECT_EQ(refusal(bad), ErrorKind::bad_request);
  }
}

TEST(Document, RefusesRestrictedXml) {
  for (const auto* bad :
       {"<?xml version='1.0'?><a/>", "<!DOCTYPE a><a/>", "<!-- a --><a/>", "<a/><!-- a -->", "<a><!-- b --></a>",
        "<a><?b?></a>", "<![CDATA[a]]>", "<!DOCTYPE l [<!ENTITY a 'ha'>]><a>&a;</a>", "\xEF\xBB\xBF<a/>"}) {
    const ErrorKind kind = refusal(bad);
    EXPECT_TRUE(kind == ErrorKind::bad_request || kind == ErrorKind::not_allowed) << bad;
  }
  for (const auto* bad : {"<!DOCTYPE a><a/>", "<!-- a --><a/>", "<a><!-- b --></a>", "<a><?b?></a>"}) {
    EXPECT_EQ(refusal(bad), ErrorKind::not_allowed) << bad;
  }
}

TEST(Document, RefusesWhatPassesALimit) {
  EXPECT_EQ(refusal("<a>0123456789</a>", {.element_bytes_max = 10}), ErrorKind::policy_violation);
  EXPECT_EQ(refusal("<a><b><c/></b></a>", {.depth_max = 2}), ErrorKind::policy_violation);
  EXPECT_TRUE(Document::parse(SharedBytes("  <a>012</a>  "), {.element_bytes_max = 10}));
}

TEST(Document, HasTheDefaultNamespaceThatIsInForceOutside) {
  const Document document = parse("<a><b xmlns='urn:b'/><c xmlns=''/></a>", "jabber:client");
  EXPECT_TRUE(document.root().is("a", "jabber:client"));
  EXPECT_TRUE(document.root().child("b", "urn:b").has_value());
  EXPECT_TRUE(document.root().child("c", "").has_value());
  EXPECT_TRUE(parse("<a/>").root().is("a", ""));
}

TEST(Document, OutlivesNothingButItself) {
  std::optional<Document> copy;
  {
    const std::string ns = "urn:a-namespace-name-that-is-long";
    const Document document = parse("<a b='&amp;'/>", ns);
    copy = document;
  }
  EXPECT_EQ(copy->root().attribute("b"), "&");
  EXPECT_EQ(copy->root().ns(), "urn:a-namespace-name-that-is-long");
}

TEST(Element, WalksItsChildren) {
  const Document document = parse("<a>1<b/>2<c><d/><d/></c>3<b i='2'/></a>");
  const Element a = document.root();
  EXPECT_EQ(a.child_count(), 3u);
  std::string names;
  a.for_each_child([&](const Element& child) { names += child.name(); });
  EXPECT_EQ(names, "bcb");
  EXPECT_FALSE(a.child("b", "")->attribute("i").has_value());
  EXPECT_FALSE(a.child("d", "").has_value());
  EXPECT_EQ(a.child("c", "")->child_count(), 2u);
  EXPECT_FALSE(a.next_sibling().has_value());
  EXPECT_FALSE(a.child("c", "")->first_child()->first_child().has_value());
}

TEST(Element, GivesItsOwnTextOnly) {
  const Document document = parse("<a>1<b>x</b>&lt;<b>y</b><![CDATA[&]]>3</a>");
  EXPECT_EQ(document.root().text(), "1<&3");
  EXPECT_EQ(document.root().child_text("b", ""), "x");
  EXPECT_EQ(document.root().child_text("none", ""), "");
}

TEST(Element, GivesItsBytes) {
  const Document document = parse("<a><b c='d' >x<e/></b ></a>");
  const Element b = *document.root().first_child();
  EXPECT_EQ(b.outer(), "<b c='d' >x<e/></b >");
  EXPECT_EQ(b.inner(), "x<e/>");
  EXPECT_EQ(b.first_child()->outer(), "<e/>");
}

TEST(Element, HidesDeclarationsFromItsAttributes) {
  const Document document = parse("<a xmlns='urn:a' xmlns:p='urn:p'/>");
  EXPECT_FALSE(document.root().attribute("xmlns").has_value());
  EXPECT_FALSE(document.root().attribute("p").has_value());
  EXPECT_FALSE(document.root().attribute("").has_value());
}

TEST(Element, KnowsWhetherItsInnerBytesAreAlone) {
  const auto portable = [](std::string_view xml) { return parse(xml).root().inner_is_portable(); };
  EXPECT_TRUE(portable("<a/>"));
  EXPECT_TRUE(portable("<a><b xmlns='urn:b'><c/></b>text</a>"));
  EXPECT_TRUE(portable("<p:a xmlns:p='urn:p' p:b='c'><b/></p:a>"));
  EXPECT_TRUE(portable("<a xmlns:p='urn:p'><p:b xmlns:p='urn:q'><p:c/></p:b></a>"));
  EXPECT_TRUE(portable("<a><b xml:lang='de'/></a>"));
  EXPECT_FALSE(portable("<a xmlns:p='urn:p'><p:b/></a>"));
  EXPECT_FALSE(portable("<a xmlns:p='urn:p'><b><c p:d='e'/></b></a>"));
  EXPECT_FALSE(portable("<a xmlns:p='urn:p'><p:b xmlns:q='urn:q'/><c/></a>"));
}

TEST(Element, TellsItsChildrensPortabilityApart) {
  const Document document =
      parse("<a xmlns:p='urn:p'><b xmlns:q='urn:q'><q:c/></b><d><p:e/></d><f><g xmlns:q='urn:q'><q:h/></g></f></a>");
  const Element a = document.root();
  EXPECT_FALSE(a.inner_is_portable());
  EXPECT_FALSE(a.child("b", "")->inner_is_portable());
  EXPECT_FALSE(a.child("d", "")->inner_is_portable());
  EXPECT_TRUE(a.child("f", "")->inner_is_portable());
  EXPECT_TRUE(a.child("d", "")->first_child()->inner_is_portable());
}

TEST(Element, OnAStreamIsNotPortableWithTheStreamsPrefixes) {
  EXPECT_FALSE(read_element("<a><stream:b/></a>").root().inner_is_portable());
  EXPECT_TRUE(read_element("<stream:a><b/></stream:a>").root().inner_is_portable());
}

}  // namespace
}  // namespace teahouse::xml::document_test
