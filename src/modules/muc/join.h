// Entering a room, entering it again, and changing the nick in it.
//
// Spec: XEP-0045 sections 7.1 (order of events), 7.2, 7.6, 17.3.3; 10.1 (creation).
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

// REQUIRES (all): the stanza is available presence from a full JID to an occupant's address.
// The session is not in the room. Refuses with the errors of section 7.2.14, or lets it in. `created`: it made the
// room.
void enter(Room& room, const Stanza& stanza, bool created = false);
// The session is in the room under this nick, and has lost track: it is told everything anew.
void enter_again(Room& room, Occupant& occupant, const Stanza& stanza);
// The session is in the room under another nick. A user who enters by the new one, instead of only taking it, is told
// everything anew too (section 17.3.3).
void change_nick(Room& room, Occupant& occupant, const Stanza& stanza);

}  // namespace teahouse::muc
