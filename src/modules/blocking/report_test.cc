#include "modules/blocking/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xmpp/stanza.h"

namespace teahouse::report_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::optional<Report> read(const std::string& report) {
  const auto item = xml::Document::parse_own(
      SharedBytes("<item xmlns='urn:xmpp:blocking' jid='romeo@forum.example'>" + report + "</item>"));
  return read_report(item->root());
}
std::string with(const std::string& inside) {
  return "<report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'>" + inside + "</report>";
}

TEST(Report, IsReadWithNothingInItButWhatIsKnown) {
  const auto report =
      read(with("<text xml:lang='en'>a &amp; b</text><third-party/><x xmlns='urn:x'>secret</x>"
                "<stanza-id xmlns='urn:xmpp:sid:0' by='ann@shop.example' id='7'/>"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reason, "spam");
  EXPECT_EQ(report->payload,
            "<report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'><stanza-id xmlns='urn:xmpp:sid:0' "
            "by='ann@shop.example' id='7'/><text>a &amp; b</text></report>");
}

TEST(Report, WithoutAReasonIsNone) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("<report xmlns='urn:xmpp:reporting:1'/>"));
  EXPECT_FALSE(read("<report xmlns='urn:xmpp:reporting:1' reason='" + std::string(201, 'r') + "'/>"));
  EXPECT_FALSE(read("<report xmlns='urn:xmpp:reporting:0' reason='spam'/>"));
}

TEST(Report, HasNoMoreThanItsLimits) {
  std::string inside = "<text>";
  for (int i = 0; i < 1000; ++i) inside += "\u00E4\u20AC";
  inside += "</text>";
  for (int i = 0; i < 25; ++i) {
    inside += "<stanza-id xmlns='urn:xmpp:sid:0' by='ann@shop.example' id='i" + std::to_string(i) + "'/>";
  }
  inside +=
      "<stanza-id xmlns='urn:xmpp:sid:0' by='&lt;' id='x'/><stanza-id xmlns='urn:xmpp:sid:0' by='ann@shop.example' "
      "id='" +
      std::string(201, 'x') + "'/>";
  const auto report = read(with(inside));
  ASSERT_TRUE(report);
  EXPECT_THAT(report->payload, HasSubstr("id='i19'"));
  EXPECT_THAT(report->payload, Not(HasSubstr("id='i20'")));
  EXPECT_THAT(report->payload, HasSubstr("<text>" + std::string("\u00E4\u20AC\u00E4\u20AC")));
  EXPECT_LT(report->payload.size(), 2000U + 20 * 80 + 200);
}

TEST(Report, IsKeptAsAMessageToTheAddress) {
  const auto report = read(with("<text>x</text>"));
  const auto row = make_report_row({store::ArchiveId{5}, 1000}, *BareJid::parse("ann@shop.example"),
                                   *Jid::parse("romeo@forum.example/garden"), *report);
  EXPECT_EQ(row.with, "romeo@forum.example");
  const auto message = Stanza::parse_stored(row.bytes);
  ASSERT_TRUE(message) << row.bytes;
  EXPECT_EQ(message->from->str(), "ann@shop.example");
  EXPECT_EQ(message->to->str(), "romeo@forum.example/garden");
  EXPECT_TRUE(message->child("report", "urn:xmpp:reporting:1"));
}

}  // namespace
}  // namespace teahouse::report_test
