// Service discovery of a room, and of the service.
//
// A user who may not look inside a room hears what kind of room it is, not what it is about nor how many are there.
//
// Spec: XEP-0045 sections 6.2 to 6.6 and 7.12, XEP-0030, XEP-0128, XEP-0059.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

void answer_room_info(Room& room, const Stanza& stanza, const xml::Element& query);
void answer_room_items(Room& room, const Stanza& stanza, const xml::Element& query);

// The same of the service, on any loop.
void answer_service_info(ModuleContext& context, const Host& host, const Stanza& stanza, const xml::Element& query);
// The public rooms, a page at a time.
void answer_service_items(ModuleContext& context, const Host& host, const Stanza& stanza, const xml::Element& query);

}  // namespace teahouse::muc
