#include "modules/muc/room_page.h"

#include <algorithm>

namespace teahouse::muc {

ListedPage choose_page(const std::vector<ListedRoom>& rooms, const RsmRequest& rsm, size_t most) {
  const size_t size = rsm.page_size(most, most);
  const auto place = [&](const std::string& uid) {
    return static_cast<size_t>(
        std::lower_bound(rooms.begin(), rooms.end(), uid,
                         [](const ListedRoom& room, const std::string& text) { return room.jid.str() < text; }) -
        rooms.begin());
  };
  size_t begin = 0, end = rooms.size();
  if (rsm.after) {
    begin = place(*rsm.after);
    if (begin < rooms.size() && rooms[begin].jid.str() == *rsm.after) ++begin;
  } else if (rsm.index) {
    begin = std::min(*rsm.index, rooms.size());
  }
  if (rsm.before && !rsm.before->empty()) end = std::max(begin, place(*rsm.before));
  if (rsm.backwards()) {
    begin = end - std::min(size, end - begin);
  } else {
    end = begin + std::min(size, end - begin);
  }
  return {rooms.begin() + static_cast<ptrdiff_t>(begin), rooms.begin() + static_cast<ptrdiff_t>(end), begin};
}

void write_rsm_of(xml::Writer& writer, const ListedPage& page, const std::vector<ListedRoom>& rooms) {
  RsmAnswer answer;
  answer.count = rooms.size();
  if (page.size() > 0) {
    answer.first = page.begin->jid.str();
    answer.last = (page.end - 1)->jid.str();
    answer.first_index = page.index;
  }
  write_rsm(writer, answer);
}

}  // namespace teahouse::muc
