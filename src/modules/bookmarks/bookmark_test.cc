#include "modules/bookmarks/bookmark.h"

#include <gtest/gtest.h>

namespace teahouse::bookmarks::bookmark_test {
namespace {

BookmarkList list_of(const std::string& inner) {
  const auto document = xml::Document::parse(SharedBytes("<storage xmlns='storage:bookmarks'>" + inner + "</storage>"));
  EXPECT_TRUE(document) << inner;
  return document ? read_list(document->root()) : BookmarkList();
}

TEST(BookmarkList, HoldsEachRoomOnceByItsBareAddress) {
  const BookmarkList list = list_of(
      "<conference jid='Garden@Rooms.example/Nick' name='' autojoin='1'><nick>R</nick></conference>"
      "<conference jid='garden@rooms.example'/><conference jid='hall@rooms.example' autojoin='no'/>");
  ASSERT_EQ(list.rooms.size(), 2U);
  EXPECT_EQ(list.rooms[0].first, "garden@rooms.example");
  EXPECT_EQ(list.rooms[0].second, (Bookmark{"", "R", std::nullopt, true, {}}));
  EXPECT_EQ(list.rooms[1].second, Bookmark());
  EXPECT_TRUE(list.rest.empty());
}

TEST(BookmarkList, KeepsWhatIsNoRoom) {
  const std::string rest = "<url name='V' url='https://v.example/'/><conference jid='@'/><conference/>";
  EXPECT_EQ(list_of(rest + "<conference jid='a@b'/>").rest, rest);
}

TEST(BookmarkList, DiffersByRoomsThatChangedAndKeepsExtensions) {
  const BookmarkList before = list_of(
      "<conference jid='a@x'><extensions xmlns='urn:xmpp:bookmarks:1'><e xmlns='urn:e'/></extensions></conference>"
      "<conference jid='b@x' name='B'/><conference jid='c@x'/>");
  const ListChange change =
      find_changes(before, list_of("<conference jid='a@x'/><conference jid='b@x' name='Bee'/><conference jid='d@x'/>"));
  ASSERT_EQ(change.put.size(), 2U);
  EXPECT_EQ(change.put[0].first, "b@x");
  EXPECT_EQ(change.put[1].first, "d@x");
  EXPECT_EQ(change.gone, std::vector<std::string>{"c@x"});
  const ListChange joined = find_changes(before, list_of("<conference jid='a@x' autojoin='true'/>"));
  ASSERT_EQ(joined.put.size(), 1U);
  EXPECT_EQ(joined.put[0].second.extensions, before.rooms[0].second.extensions);
}

}  // namespace
}  // namespace teahouse::bookmarks::bookmark_test
