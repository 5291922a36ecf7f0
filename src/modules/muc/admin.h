// The muc#admin protocol: lists of roles and affiliations, read and changed, several items at once: all of them or
// none.
//
// Spec: XEP-0045 sections 8.2 to 8.5, 9.1 to 9.8, 10.3 to 10.8, 17.4.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `query` is the iq's <query xmlns='…muc#admin'/>.
void read_lists(Room& room, const Stanza& stanza, const xml::Element& query);
void change_lists(Room& room, const Stanza& stanza, const xml::Element& query);

}  // namespace teahouse::muc
