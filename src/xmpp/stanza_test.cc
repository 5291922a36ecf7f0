#include "xmpp/stanza.h"

#include <gtest/gtest.h>

namespace teahouse::stanza_test {
namespace {

Result<Stanza> read(const std::string& xml, const xml::Limits& limits = {}) {
  const auto document = xml::Document::parse(SharedBytes(xml), limits, "jabber:client");
  if (!document) return document.error();
  return Stanza::read(*document);
}

std::string write(const Stanza& stanza) {
  std::string out;
  stanza.write(out, true);
  return out;
}

// Stanzas that a parser lets in, up to each of its limits, and that the server adds to: each way in which a stanza can
// become longer, deeper or wider by being kept.
TEST(Stanza, IsReadAgainHoweverLargeItWas) {
  const xml::Limits limits;
  const std::string opening = "<message to='juliet@capulet.example'>", closing = "</message>";
  const auto filled = [&](const std::string& begin, const std::string& piece, const std::string& end) {
    std::string xml = opening + begin;
    while (xml.size() + piece.size() + end.size() + closing.size() < limits.element_bytes_max) xml += piece;
    return xml + end + closing;
  };
  std::string deep, wide, attributes = "<a xmlns='urn:a'";
  for (uint32_t i = 1; i < limits.depth_max; ++i) deep = "<a>" + deep + "</a>";
  for (uint32_t i = 1; i < limits.elements_max; ++i) wide += "<a/>";
  for (uint32_t i = 1; i < limits.attributes_max; ++i) attributes += " a" + std::to_string(i) + "='1'";
  for (const std::string& xml :
       {filled("<body>", "x", "</body>"), filled("<body>", "&amp;", "</body>"), opening + deep + closing,
        opening + wide + closing, opening + attributes + "/>" + closing,
        "<message id=\"" + std::string(limits.element_bytes_max - 100, '\'') + "\"><body/></message>"}) {
    auto stanza = read(xml);
    ASSERT_TRUE(stanza) << stanza.error().text;
    stanza->from = Jid::parse("romeo@montague.example/orchard").value();
    stanza->stamp("<delay xmlns='urn:xmpp:delay' from='capulet.example' stamp='2002-09-10T23:08:25Z'/>");
    const auto again = Stanza::parse_stored(write(*stanza));
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(write(*again), write(*stanza));
  }
}

// Prefixes of the stream's header and of the stanza's tag are declared anew on what uses them, past every limit.
TEST(Stanza, IsReadAgainWithTheDeclarationsItNeeds) {
  std::string declarations, uses;
  for (int i = 0; i < 60; ++i) {
    declarations += " xmlns:p" + std::to_string(i) + "='urn:" + std::to_string(i) + "'";
    uses += " p" + std::to_string(i) + ":a='1'";
  }
  const auto stanza = read("<message" + declarations + "><x" + uses + "/></message>");
  ASSERT_TRUE(stanza) << stanza.error().text;
  const auto again = Stanza::parse_stored(write(*stanza));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(again->first_child()->attribute("urn:59", "a"), "1");
}

TEST(Stanza, WhatIsNoneIsNotReadAgain) {
  for (const char* kept : {"", "<message", "<a xmlns='jabber:client'/>", "<message/>"}) {
    const auto again = Stanza::parse_stored(kept);
    ASSERT_FALSE(again) << kept;
    EXPECT_EQ(again.error().kind, ErrorKind::internal_server_error);
  }
}

// 128 KiB of namespace for each of 8,000 children would be a gigabyte.
TEST(Stanza, OneNamespaceForManyChildrenMakesItNoGigabyte) {
  std::string children;
  for (int i = 0; i < 8000; ++i) children += "<p:a/>";
  const auto long_one = read("<message xmlns:p='" + std::string(128 * 1024, 'u') + "'>" + children + "</message>");
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().kind, ErrorKind::policy_violation);
  EXPECT_TRUE(read("<message xmlns:p='urn:short'>" + children + "</message>"));
}

}  // namespace
}  // namespace teahouse::stanza_test
