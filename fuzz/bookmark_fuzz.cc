// Lists of bookmarks: what is read is read again, the same, when it is written, as a list and as items.
#include "fuzz/xml_check_fuzz.h"
#include "modules/bookmarks/bookmark.h"

namespace bookmark_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  const bookmarks::BookmarkList list = bookmarks::read_list(document->root());
  const auto again = xml::Document::parse(SharedBytes(bookmarks::write_list(list)), fuzz::wide_limits());
  fuzz::require(again.has_value(), "a list that was written is no XML");
  const bookmarks::BookmarkList read = bookmarks::read_list(again->root());
  fuzz::require(read.rooms == list.rooms, "rooms changed");
  const bookmarks::ListChange change = bookmarks::find_changes(list, read);
  fuzz::require(change.put.empty() && change.gone.empty(), "a list differs from itself");
  for (const auto& [room, bookmark] : list.rooms) {
    const auto item = xml::Document::parse(SharedBytes(bookmarks::write_item(bookmark)), fuzz::wide_limits());
    fuzz::require(item.has_value(), "an item that was written is no XML");
    fuzz::require(bookmarks::read_bookmark(item->root()) == bookmark, "an item changed");
  }
  return 0;
}

}  // namespace bookmark_fuzz
