// A nick that is reserved in the room for one of its people (jabber:iq:register).
//
// Nobody becomes a member by this alone: in a room that anybody could register with, strangers would fill the lists, or
// give themselves a voice. A user without affiliation waits for an admin's approval (approval.h).
//
// Errors: forbidden for outcasts; conflict for a nick that is another's, or asked for; registration_required to remove
// what is not there; those of approval.h.
// Spec: XEP-0045 section 7.10, XEP-0077.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

void answer_registration_form(Room& room, const Stanza& stanza, const xml::Element& query);
void register_nick(Room& room, const Stanza& stanza, const xml::Element& query);

}  // namespace teahouse::muc
