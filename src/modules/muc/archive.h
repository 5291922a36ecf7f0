// The room's archive, queried over XMPP.
//
// A user who may look inside the room may read it. The filter `with` is for those who see real addresses. The answer
// stands in the room's line, so nothing is told that is not on disk yet.
//
// Spec: XEP-0313 (sections 4, 5, 5.1.2), XEP-0059.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

void answer_archive_form(Room& room, const Stanza& stanza, const xml::Element& query);
void answer_archive_query(Room& room, const Stanza& stanza, const xml::Element& query);
void answer_archive_metadata(Room& room, const Stanza& stanza, const xml::Element& query);

}  // namespace teahouse::muc
