// A room's vCard, which has its picture.
//
// Owners write it; those may read it who may look inside the room. The hashes of its pictures stand in what the room
// says of itself (disco.h), and occupants hear by status 104 that something of it has changed.
//
// Limits: vcard_bytes_max, pictures_max.
// Spec: XEP-0486, XEP-0054.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `vcard` is the iq's <vCard xmlns='vcard-temp'/>.
void answer_vcard(Room& room, const Stanza& stanza, const xml::Element& vcard);
void set_vcard(Room& room, const Stanza& stanza, const xml::Element& vcard);

}  // namespace teahouse::muc
