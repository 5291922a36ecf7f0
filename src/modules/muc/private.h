// Stanzas that occupants send each other through the room: private messages and iqs; and the ping of oneself.
//
// An iq is passed on with the sender's occupant address, and an id that carries which of its sessions asked, so that
// the answer finds its way back without the room remembering anything.
//
// Spec: XEP-0045 sections 6.6, 7.5 and 17.4, XEP-0410.
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

// REQUIRES (all): `to` is an occupant's address.
void send_private(Room& room, const Stanza& stanza);
void relay_iq(Room& room, const Stanza& stanza);

// The error for a user who is not in the room and writes to an occupant's address.
Error make_stranger_error(const Stanza& stanza);

}  // namespace teahouse::muc
