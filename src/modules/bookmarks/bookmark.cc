#include "modules/bookmarks/bookmark.h"

#include <algorithm>
#include <map>
#include <set>

#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/jid.h"
#include "xmpp/namespaces.h"

namespace teahouse::bookmarks {
namespace {

std::optional<std::string> read_text(const xml::Element& conference, std::string_view name) {
  const auto child = conference.child(name, conference.ns());
  return child ? std::optional(child->text()) : std::nullopt;
}

void write_content(xml::Writer& writer, const Bookmark& bookmark) {
  if (bookmark.name) writer.attribute("name", *bookmark.name);
  if (bookmark.autojoin) writer.attribute("autojoin", "true");
  if (bookmark.nick) writer.leaf("nick", *bookmark.nick);
  if (bookmark.password) writer.leaf("password", *bookmark.password);
  writer.raw(bookmark.extensions).close();
}

// None: the address is no room's.
std::optional<std::string> read_room(const xml::Element& conference) {
  const auto jid = Jid::parse(conference.attribute("jid").value_or(""));
  return jid && jid->has_localpart() ? std::optional(jid->bare().str()) : std::nullopt;
}

}  // namespace

Bookmark read_bookmark(const xml::Element& conference) {
  Bookmark bookmark;
  if (const auto name = conference.attribute("name")) bookmark.name = std::string(*name);
  bookmark.autojoin = xml::parse_boolean(conference.attribute("autojoin").value_or("")).value_or(false);
  bookmark.nick = read_text(conference, "nick");
  bookmark.password = read_text(conference, "password");
  if (const auto extensions = conference.child("extensions", ns::bookmarks)) {
    // Declared anew, so that it means the same in either kind of element.
    xml::write(bookmark.extensions, *extensions, {});
  }
  return bookmark;
}

std::string write_item(const Bookmark& bookmark) {
  std::string item;
  xml::Writer writer(item);
  write_content(writer.open("conference", ns::bookmarks), bookmark);
  return item;
}

BookmarkList read_list(const xml::Element& storage) {
  BookmarkList list;
  std::set<std::string> rooms;
  storage.for_each_child([&](const xml::Element& child) {
    const auto room = child.is("conference", ns::bookmark_list) ? read_room(child) : std::nullopt;
    if (!room) {
      xml::write(list.rest, child, ns::bookmark_list);
    } else if (rooms.insert(*room).second) {
      list.rooms.emplace_back(*room, read_bookmark(child));
    }
  });
  return list;
}

std::string write_list(const BookmarkList& list) {
  std::string storage;
  xml::Writer writer(storage);
  writer.open("storage", ns::bookmark_list);
  for (const auto& [room, bookmark] : list.rooms) {
    write_content(writer.open("conference").attribute("jid", room), bookmark);
  }
  writer.raw(list.rest).close();
  return storage;
}

ListChange find_changes(const BookmarkList& before, const BookmarkList& after) {
  std::map<std::string, Bookmark> left(before.rooms.begin(), before.rooms.end());
  ListChange change;
  for (const auto& [room, wanted] : after.rooms) {
    Bookmark bookmark = wanted;
    const auto known = left.find(room);
    if (known != left.end()) {
      if (bookmark.extensions.empty()) bookmark.extensions = known->second.extensions;
      const bool is_same = bookmark == known->second;
      left.erase(known);
      if (is_same) continue;
    }
    change.put.emplace_back(room, std::move(bookmark));
  }
  for (const auto& [room, bookmark] : left) change.gone.push_back(room);
  return change;
}

}  // namespace teahouse::bookmarks
