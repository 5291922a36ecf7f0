// A page of a list of rooms that is ordered by address.
//
// Spec: XEP-0059.
#pragma once

#include <vector>

#include "modules/muc/storage.h"
#include "xmpp/rsm.h"

namespace teahouse::muc {

struct ListedPage {
  std::vector<ListedRoom>::const_iterator begin, end;
  size_t index;

  size_t size() const { return static_cast<size_t>(end - begin); }
};

// `most`: rooms on it, also where no number is asked for. Lifetime: the page is of `rooms`.
ListedPage choose_page(const std::vector<ListedRoom>& rooms, const RsmRequest& rsm, size_t most);

// The <set/> that belongs to the page.
void write_rsm_of(xml::Writer& writer, const ListedPage& page, const std::vector<ListedRoom>& rooms);

}  // namespace teahouse::muc
