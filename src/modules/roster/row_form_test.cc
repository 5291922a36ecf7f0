#include "modules/roster/row_form.h"

#include <gtest/gtest.h>

#include "modules/roster/roster.h"

namespace teahouse::row_form_test {
namespace {

using Rows = transfer::RowForm::Rows;

Result<Rows> read(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes("<user xmlns='urn:xmpp:pie:0'>" + xml + "</user>"));
  return make_roster_form().read(document.value().root());
}

std::string write(const Rows& rows) {
  std::string xml;
  xml::Writer writer(xml);
  writer.open("user", transfer::pie_ns);
  EXPECT_TRUE(make_roster_form().write(rows, writer));
  writer.close();
  const std::string start = "<user xmlns='urn:xmpp:pie:0'>";
  return xml.starts_with(start) ? xml.substr(start.size(), xml.size() - start.size() - 7) : "";
}

TEST(RosterForm, ContactsAndRequestsComeBackAsTheyWere) {
  RosterItem bob{.jid = *BareJid::parse("bob@shop.example")}, eve{.jid = *BareJid::parse("eve@other.example")};
  bob.name = "Bob & <son>";
  bob.groups = {"Tea", "Tea & cake"};
  bob.subscription.to = bob.subscription.pending_in = bob.subscription.approved = bob.listed = true;
  bob.request = "<presence xmlns='jabber:client' from='bob@shop.example' to='ann@shop.example' type='subscribe'/>";
  eve.subscription.pending_in = true;
  eve.request =
      "<presence xmlns='jabber:client' from='eve@other.example' type='subscribe' id='1'><status>hi</status></presence>";
  const Rows rows = {{"bob@shop.example", bob.encode()}, {"eve@other.example", eve.encode()}};
  const auto read_again = read(write(rows));
  ASSERT_TRUE(read_again) << read_again.error().text;
  ASSERT_EQ(read_again->size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ((*read_again)[i].name, rows[i].name);
    EXPECT_EQ((*read_again)[i].value, rows[i].value);
  }
  EXPECT_EQ(write({}), "");
}

TEST(RosterForm, ReadsThoseOfOtherServers) {
  const auto rows = read(
      "<query xmlns='jabber:iq:roster'><item jid='bob@shop.example' subscription='from' ask='subscribe'/></query>"
      "<presence xmlns='jabber:client' from='eve@other.example/phone' type='subscribe'/>"
      "<presence xmlns='jabber:client' from='eve@other.example' type='unavailable'/>");
  ASSERT_TRUE(rows && rows->size() == 2);
  const auto bob = RosterItem::decode((*rows)[0].value), eve = RosterItem::decode((*rows)[1].value);
  EXPECT_TRUE(bob->listed && bob->subscription.from && !bob->subscription.to && bob->subscription.pending_out);
  EXPECT_TRUE(!eve->listed && eve->subscription.pending_in && eve->jid.str() == "eve@other.example");
}

TEST(RosterForm, RefusesWhatNoRosterHas) {
  const std::string item = "<item jid='bob@shop.example'/>", query = "<query xmlns='jabber:iq:roster'>";
  for (const std::string& xml : {query + item + item + "</query>", query + "<item/></query>",
                                 query + "<item jid='@'/></query>", query + "<other jid='bob@shop.example'/></query>",
                                 std::string("<presence xmlns='jabber:client' type='subscribe'/>")}) {
    EXPECT_FALSE(read(xml)) << xml;
  }
  std::string many = query;
  for (size_t i = 0; i <= Roster::items_max; ++i) many += "<item jid='u" + std::to_string(i) + "@x'/>";
  EXPECT_FALSE(read(many + "</query>"));
}

}  // namespace
}  // namespace teahouse::row_form_test
