// Everything a stranger can grow ends at its limit, as early as it can be known.
#include <gtest/gtest.h>

#include "xml/stream_for_test.h"
#include "xml/stream_parser.h"

namespace teahouse::xml::limits_test {
namespace {

constexpr auto policy_violation = StreamFault::policy_violation;

std::string repeated(std::string_view text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

TEST(Limits, ElementBytes) {
  const Limits limits{.element_bytes_max = 200};
  const auto padded = [](size_t size) { return "<a>" + std::string(size - 7, 'x') + "</a>"; };
  EXPECT_EQ(read_stream(stream(padded(200)), limits).list.back(), "close");
  expect_fault(stream(padded(201)), policy_violation, limits);
  expect_fault(stream("<a b='" + std::string(300, 'x')), policy_violation, limits);
  expect_fault(stream("<a>&amp;<![CDATA[" + std::string(300, 'x')), policy_violation, limits);
  expect_fault(stream("<" + std::string(300, 'x')), policy_violation, limits);
  expect_fault(stream("<a" + std::string(300, ' ')), policy_violation, limits);
}

TEST(Limits, ElementBytesOfTheStreamHeader) {
  const Limits limits{.element_bytes_max = 50};
  EXPECT_EQ(read_stream("<a b='" + std::string(42, 'x') + "'>", limits).list.size(), 1u);
  expect_fault("<a b='" + std::string(43, 'x') + "'>", policy_violation, limits);
  expect_fault("<a>" + std::string("</a") + std::string(100, ' '), policy_violation, limits);
}

TEST(Limits, AnEndlessElementIsRefusedAtTheByteWhereTheLimitIs) {
  const Limits limits{.element_bytes_max = 10000};
  StreamParser parser(limits);
  std::string_view input = stream_open;
  ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
  input = "<a b='";
  ASSERT_EQ(parser.next(input), StreamParser::Step::need_more);
  size_t sent = 6;
  const std::string piece(100, 'x');
  for (;; sent += piece.size()) {
    input = piece;
    if (parser.next(input) == StreamParser::Step::fault) break;
    ASSERT_LT(sent, 10000u);
  }
  EXPECT_EQ(parser.fault(), policy_violation);
  EXPECT_LT(sent, 10000u);
}

TEST(Limits, WhiteSpaceBetweenElementsIsFree) {
  EXPECT_EQ(read_stream(stream(std::string(1000, ' ')), {.element_bytes_max = 100}).list.back(), "close");
}

TEST(Limits, Depth) {
  const Limits limits{.depth_max = 4};
  EXPECT_EQ(read_stream(stream("<a><a><a><a/></a></a></a>"), limits).list.back(), "close");
  expect_fault(stream("<a><a><a><a><a"), policy_violation, limits);
  expect_fault(stream("<a><a><a><a><a/></a></a></a></a>"), policy_violation, limits);
  expect_fault(std::string(stream_open) + repeated("<a>", 100000), policy_violation);
}

TEST(Limits, Elements) {
  const Limits limits{.elements_max = 5};
  EXPECT_EQ(read_stream(stream("<a><b/><b/><b><c/></b></a><a><b/></a>"), limits).list.back(), "close");
  expect_fault(stream("<a><b/><b/><b><c/></b><d"), policy_violation, limits);
  expect_fault(stream("<a>" + repeated("<b/>", 50000) + "</a>"), policy_violation);
}

TEST(Limits, Attributes) {
  const Limits limits{.attributes_max = 3};
  EXPECT_EQ(read_stream("<s a='' b='' xmlns='urn:s'><a a='' b='' c=''><b a='' b='' c=''/></a></s>", limits).list.back(),
            "close");
  expect_fault("<s><a a='' b='' xmlns='urn:c' d", policy_violation, limits);
  expect_fault("<s a='' b='' c='' d", policy_violation, limits);
  std::string many = "<a";
  for (int i = 0; i < 20000; ++i) many += " a" + std::to_string(i) + "=''";
  expect_fault(stream(many + "/>"), policy_violation);
}

TEST(Limits, NamespacesInForce) {
  const Limits limits{.namespaces_max = 3};
  const std::string inner = "<b xmlns='urn:b' xmlns:q='urn:q'/>";
  EXPECT_EQ(read_stream(stream("<a xmlns='urn:a'>" + repeated(inner, 5) + "</a>"), limits).list.back(), "close");
  expect_fault(stream("<a xmlns='urn:a' xmlns:p='urn:p'>" + inner + "</a>"), policy_violation, limits);
}

TEST(Limits, NewLimitsHoldFromTheNextElementOn) {
  StreamParser parser(Limits{.element_bytes_max = 100});
  std::string_view input = stream_open;
  ASSERT_EQ(parser.next(input), StreamParser::Step::stream_open);
  input = "<a>";
  parser.next(input);
  parser.set_limits({.element_bytes_max = 10});
  input = "0123456789</a>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::element);
  input = "<a>0123456789</a>";
  EXPECT_EQ(parser.next(input), StreamParser::Step::fault);
  EXPECT_EQ(parser.fault(), policy_violation);
}

// Were it scanned from its start for each byte, this would not end in our time.
TEST(Limits, AnElementSentByteByByteIsReadOnce) {
  const std::string body =
      stream("<a b='" + std::string(60000, 'v') + "'>" + repeated("text&amp;<b>é</b>", 8000) + "</a>");
  const auto events = oracle::read_ours(body, {}, [] { return 1; });
  ASSERT_EQ(events.elements.size(), 1u);
  EXPECT_EQ(events.elements[0].root().child_count(), 8000u);
}

}  // namespace
}  // namespace teahouse::xml::limits_test
