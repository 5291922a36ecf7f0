// Bookmark: a room that a user has marked, as XEP-0402 has it (an item whose id is the room) and as XEP-0048 does (a
// <conference/> in the one list of all).
//
// Spec: XEP-0402 sections 3 and 4.2, XEP-0048 section 2.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xml/document.h"

namespace teahouse::bookmarks {

struct Bookmark {
  std::optional<std::string> name, nick, password;
  bool autojoin = false;
  std::string extensions;  // the <extensions/> of XEP-0402, as XML; empty: none

  bool operator==(const Bookmark&) const = default;
};
// A <conference/> of either XEP. Unknown elements go, but for those in <extensions/>.
Bookmark read_bookmark(const xml::Element& conference);
std::string write_item(const Bookmark& bookmark);

// The list of XEP-0048: <storage xmlns='storage:bookmarks'/>.
struct BookmarkList {
  std::vector<std::pair<std::string, Bookmark>> rooms;  // by bare JID, each once
  std::string rest;                                     // all else in it, as XML
};
BookmarkList read_list(const xml::Element& storage);
std::string write_list(const BookmarkList& list);

// The rooms that differ in the list that is to be: those that are changed or new, and those that are gone. Clients of
// XEP-0048 don't keep extensions, so these stay.
struct ListChange {
  std::vector<std::pair<std::string, Bookmark>> put;
  std::vector<std::string> gone;
};
ListChange find_changes(const BookmarkList& before, const BookmarkList& after);

}  // namespace teahouse::bookmarks
