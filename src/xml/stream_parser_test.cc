#include "xml/stream_parser.h"

#include <gtest/gtest.h>

#include "xml/stream_for_test.h"

namespace teahouse::xml::stream_parser_test {
namespace {

using oracle::Events;

constexpr auto not_well_formed = StreamFault::not_well_formed;
constexpr auto restricted_xml = StreamFault::restricted_xml;
constexpr auto unsupported_encoding = StreamFault::unsupported_encoding;

TEST(StreamParser, ReadsAStreamFromItsHeaderToItsClose) {
  const Events events = read_stream(stream("<iq id='1'><query xmlns='urn:q'/></iq>\n <presence/> "));
  ASSERT_EQ(events.list.size(), 4u);
  EXPECT_TRUE(events.list[0].starts_with("open "));
  EXPECT_EQ(events.list[3], "close");
  ASSERT_EQ(events.elements.size(), 2u);
  const Element iq = events.elements[0].root();
  EXPECT_TRUE(iq.is("iq", "jabber:client"));
  EXPECT_EQ(iq.outer(), "<iq id='1'><query xmlns='urn:q'/></iq>");
  EXPECT_TRUE(iq.child("query", "urn:q").has_value());
  EXPECT_TRUE(events.elements[1].root().is("presence", "jabber:client"));
}

TEST(StreamParser, TellsTheHeaderAndItsNamespaces) {
  StreamParser parser;
  EXPECT_EQ(parser.default_ns(), "");
  std::string_view input = "<?xml version='1.0'?><s:stream xmlns='jabber:server' xmlns:s='urn:&amp;s' to='a'><x/>";
  ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
  EXPECT_EQ(input, "<x/>");
  EXPECT_EQ(parser.default_ns(), "jabber:server");
  const Element root = parser.header().root();
  EXPECT_TRUE(root.is("stream", "urn:&s"));
  EXPECT_EQ(root.attribute("to"), "a");
  EXPECT_FALSE(root.attribute("s").has_value());
  EXPECT_EQ(root.child_count(), 0u);
  EXPECT_EQ(root.inner(), "");
}

// A stanza's parts in the stream's own namespace are what they are in another kind of stream; what says its namespace
// keeps it, and so does the header.
TEST(StreamParser, SeesTheDefaultNamespaceAsAnother) {
  StreamParser parser;
  parser.see_default_ns_as("jabber:client");
  for (int round = 0; round < 2; ++round) {
    std::string_view input =
        "<s:stream xmlns='jabber:component:accept' xmlns:s='urn:s'><message><body/><x xmlns='urn:x'><y/></x>"
        "<z xmlns='jabber:component:accept'/><s:w/></message>";
    ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
    EXPECT_EQ(parser.default_ns(), "jabber:component:accept");
    ASSERT_EQ(parser.next(input), StreamParser::Step::element);
    const Document document = parser.take_element();
    const Element message = document.root();
    EXPECT_TRUE(message.is("message", "jabber:client"));
    EXPECT_TRUE(message.child("body", "jabber:client"));
    ASSERT_TRUE(message.child("x", "urn:x"));
    EXPECT_TRUE(message.child("x", "urn:x")->child("y", "urn:x"));
    EXPECT_TRUE(message.child("z", "jabber:component:accept"));
    EXPECT_TRUE(message.child("w", "urn:s"));
    parser.reset();
  }
}

TEST(StreamParser, TakesInputOnlyUpToTheEndOfAnEvent) {
  StreamParser parser;
  std::string_view input = stream_open;
  parser.next(input);
  input = "<a><b>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::need_more);
  input = "</b></a><c/>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::element);
  EXPECT_EQ(input, "<c/>");
  EXPECT_EQ(parser.take_element().root().outer(), "<a><b></b></a>");
}

TEST(StreamParser, ElementsOutliveTheParserAndItsStream) {
  std::optional<Document> kept;
  {
    StreamParser parser;
    std::string bytes = "<s:s xmlns:s='urn:s' xmlns='urn:default'><s:a><b/></s:a>";
    std::string_view input = bytes;
    parser.next(input);
    ASSERT_EQ(parser.next(input), StreamParser::Step::element);
    kept = parser.take_element();
    parser.reset();
    bytes.assign(bytes.size(), '!');
  }
  EXPECT_TRUE(kept->root().is("a", "urn:s"));
  EXPECT_TRUE(kept->root().first_child()->is("b", "urn:default"));
}

TEST(StreamParser, StartsAnewAfterReset) {
  StreamParser parser;
  std::string_view input = stream_open;
  ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
  parser.reset();
  EXPECT_EQ(parser.default_ns(), "");
  input = "<?xml version='1.0'?><other/>";
  ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
  EXPECT_EQ(parser.header().root().name(), "other");
  EXPECT_EQ(parser.next(input), StreamParser::Step::stream_close);
}

TEST(StreamParser, StaysAtItsFault) {
  StreamParser parser;
  std::string_view input = "<a></b><c/>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::stream_open);
  EXPECT_EQ(parser.next(input), StreamParser::Step::fault);
  EXPECT_FALSE(parser.fault_text().empty());
  input = "<c/>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::fault);
}

TEST(StreamParser, TakesWhiteSpaceBetweenElementsOnly) {
  EXPECT_EQ(read_stream(stream(" \t\r\n<a/> \n")).elements.size(), 1u);
  expect_fault(stream("<a/>x<b/>"), StreamFault::bad_format);
  expect_fault(stream("]"), StreamFault::bad_format);
  expect_fault(stream("&#32;"), not_well_formed);
  expect_fault(stream("\x01"), not_well_formed);
  expect_fault("x<a>", not_well_formed);
  EXPECT_EQ(read_stream(" \n<a> ").list.size(), 1u);
}

TEST(StreamParser, RefusesWhatFollowsTheClose) {
  EXPECT_EQ(read_stream(stream("") + " \n").list.back(), "close");
  expect_fault(stream("") + "<a/>", not_well_formed);
  expect_fault(stream("") + "x", not_well_formed);
}

TEST(StreamParser, KnowsItsOwnEndTag) {
  EXPECT_EQ(read_stream(std::string(stream_open) + "</stream:stream \n>").list.back(), "close");
  expect_fault(std::string(stream_open) + "</stream>", not_well_formed);
  expect_fault(std::string(stream_open) + "</stream:stream2>", not_well_formed);
  expect_fault(std::string(stream_open) + "</stream:strea>", not_well_formed);
  expect_fault(std::string(stream_open) + "</ stream:stream>", not_well_formed);
  expect_fault("</a>", not_well_formed);
}

TEST(StreamParser, ClosesAStreamThatIsOneEmptyTag) {
  const Events events = read_stream("<a xmlns='urn:a'/>");
  ASSERT_EQ(events.list.size(), 2u);
  EXPECT_EQ(events.list[1], "close");
}

TEST(StreamParser, TakesAnXmlDeclarationAtTheVeryStart) {
  for (const std::string declaration :
       {"<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<?xml version = '1.1' encoding='utf-8' ?>", "<?xml version='1.0' standalone='yes'?>",
        "<?xml\tversion='1.0'\nencoding='Utf-8' standalone='no' ?>\n"}) {
    EXPECT_EQ(read_stream(declaration + "<a>").list.size(), 1u) << declaration;
  }
}

TEST(StreamParser, RefusesAWrongXmlDeclaration) {
  for (const std::string declaration :
       {"<?xml ?>", "<?xml version='2.0'?>", "<?xml version='1.'?>", "<?xml version='1.0' encoding=''?>",
        "<?xml version='1.0'encoding='UTF-8'?>", "<?xml encoding='UTF-8'?>", "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' standalone='no' encoding='UTF-8'?>", "<?xml version='1.0' x='y'?>",
        "<?xml version='1.0\"?>", "<?xml version='1.0'>", "<?xml version='1.0' ? >"}) {
    expect_fault(declaration + "<a>", not_well_formed);
  }
  expect_fault("<?xml version='1.0' encoding='ISO-8859-1'?><a>", unsupported_encoding);
  expect_fault("<?xml version='1.0' encoding='UTF-16'?><a>", unsupported_encoding);
  expect_fault("<?xml " + std::string(300, ' '), StreamFault::policy_violation);
}

TEST(StreamParser, RefusesAnXmlDeclarationElsewhere) {
  const std::string declaration = "<?xml version='1.0'?>";
  expect_fault(" " + declaration, restricted_xml);
  expect_fault(declaration + declaration, restricted_xml);
  expect_fault(stream(declaration), restricted_xml);
  expect_fault(stream("<a>" + declaration + "</a>"), restricted_xml);
}

TEST(StreamParser, TakesAUtf8ByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(read_stream("\xEF\xBB\xBF<a>").list.size(), 1u);
  EXPECT_EQ(read_stream("\xEF\xBB\xBF<?xml version='1.0'?><a>").list.size(), 1u);
  EXPECT_EQ(read_stream("\xEF\xBB\xBF <a>").list.size(), 1u);
  expect_fault("\xEF\xBB<a>", not_well_formed);
  expect_fault("\xEF\xBB\xBF\xEF\xBB\xBF<a>", not_well_formed);
  expect_fault(stream("\xEF\xBB\xBF"), not_well_formed);
}

TEST(StreamParser, RefusesOtherEncodings) {
  expect_fault("\xFE\xFF", unsupported_encoding);
  expect_fault("\xFF\xFE", unsupported_encoding);
  expect_fault(std::string("<\0a\0", 4), unsupported_encoding);        // UTF-16LE
  expect_fault(std::string("\0<\0a", 4), unsupported_encoding);        // UTF-16BE
  expect_fault(std::string("\0\0\0<", 4), unsupported_encoding);       // UTF-32BE
  expect_fault(std::string("\xFF\xFE\0\0", 4), unsupported_encoding);  // UTF-32LE
  expect_fault(stream(std::string("<a>\0</a>", 8)), not_well_formed);
}

TEST(StreamParser, RefusesDoctypeProcessingInstructionAndComment) {
  const std::string declaration = "<?xml version='1.0'?>";
  for (const std::string bad : {"<!DOCTYPE a>", "<!DOCTYPE l [<!ENTITY a 'ha'>]>", "<!-- a -->", "<?php a?>"}) {
    expect_fault(bad + std::string(stream_open), restricted_xml);
    expect_fault(declaration + bad + std::string(stream_open), restricted_xml);
    expect_fault(stream(bad), restricted_xml);
    expect_fault(stream("<a>" + bad + "</a>"), restricted_xml);
    expect_fault(stream("<a><b/>text" + bad + "</a>"), restricted_xml);
  }
  expect_fault("<?xml?><a>", restricted_xml);
  expect_fault("<?xml-stylesheet href='a'?><a>", restricted_xml);
}

TEST(StreamParser, RefusesACommentAsSoonAsItsFirstByteHasCome) {
  StreamParser parser;
  std::string_view input = "<a><b><!-";
  EXPECT_EQ(parser.next(input), StreamParser::Step::stream_open);
  EXPECT_EQ(parser.next(input), StreamParser::Step::fault);
  EXPECT_EQ(parser.fault(), restricted_xml);
}

}  // namespace
}  // namespace teahouse::xml::stream_parser_test
