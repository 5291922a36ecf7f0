#include "modules/archive/preferences.h"

#include <gtest/gtest.h>

namespace teahouse::preferences_test {
namespace {

Result<ArchivePreferences> read(const std::string& attributes, const std::string& lists) {
  const auto document = xml::Document::parse(
      SharedBytes("<prefs xmlns='urn:xmpp:mam:2'" + attributes + ">" + lists + "</prefs>"), {}, "jabber:client");
  EXPECT_TRUE(document);
  return ArchivePreferences::read(document->root(), [](Jid&) {});
}
bool keeps(const ArchivePreferences& preferences, const char* jid, bool is_contact = false) {
  return preferences.keeps(*Jid::parse(jid), is_contact);
}

TEST(ArchivePreferences, KeepEverythingWithoutAnyWish) {
  const ArchivePreferences none;
  EXPECT_TRUE(none.are_usual());
  EXPECT_TRUE(keeps(none, "bo@shop.example"));
  EXPECT_EQ(none.write(), "<prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never/></prefs>");
}

TEST(ArchivePreferences, OfContactsAlone) {
  const auto preferences = read(" default='roster'", "");
  ASSERT_TRUE(preferences);
  EXPECT_FALSE(preferences->are_usual());
  EXPECT_TRUE(keeps(*preferences, "bo@shop.example/desk", true));
  EXPECT_FALSE(keeps(*preferences, "bo@shop.example/desk", false));
}

TEST(ArchivePreferences, ListsGoBeforeTheDefaultAndFullAddressesBeforeBareOnes) {
  const std::string lists =
      "<always><jid>bo@shop.example</jid><jid>cy@shop.example/desk</jid></always>"
      "<never><jid>bo@shop.example/phone</jid><jid>cy@shop.example</jid></never>";
  const auto preferences = read(" default='never'", lists);
  ASSERT_TRUE(preferences);
  EXPECT_TRUE(keeps(*preferences, "bo@shop.example"));
  EXPECT_TRUE(keeps(*preferences, "bo@shop.example/desk"));
  EXPECT_FALSE(keeps(*preferences, "bo@shop.example/phone"));
  EXPECT_FALSE(keeps(*preferences, "cy@shop.example/phone"));
  EXPECT_TRUE(keeps(*preferences, "cy@shop.example/desk"));
  EXPECT_FALSE(keeps(*preferences, "di@shop.example", true));
  EXPECT_EQ(preferences->write(), "<prefs xmlns='urn:xmpp:mam:2' default='never'>" + lists + "</prefs>");
}

TEST(ArchivePreferences, ListsOfOneNameAreOneList) {
  const auto preferences = read(" default='always'", "<never/><never><jid>bo@shop.example</jid></never>");
  ASSERT_TRUE(preferences);
  EXPECT_FALSE(keeps(*preferences, "bo@shop.example"));
}

TEST(ArchivePreferences, RefuseWhatTheyCannotBe) {
  EXPECT_EQ(read("", "").error().kind, ErrorKind::bad_request);
  EXPECT_EQ(read(" default='sometimes'", "").error().kind, ErrorKind::bad_request);
  EXPECT_EQ(read(" default='never'", "<always><jid>@@</jid></always>").error().kind, ErrorKind::jid_malformed);
  std::string many;
  for (size_t i = 0; i <= ArchivePreferences::addresses_max; ++i)
    many += "<jid>u" + std::to_string(i) + "@x.example</jid>";
  EXPECT_EQ(read(" default='never'", "<never>" + many + "</never>").error().kind, ErrorKind::resource_constraint);
}

}  // namespace
}  // namespace teahouse::preferences_test
