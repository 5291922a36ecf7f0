// Claims that only the room may make, and that it therefore takes out of its occupants' stanzas before it passes them
// on.
//
// Spec: XEP-0045 section 17.3, XEP-0359 section 6, XEP-0421 section 4, XEP-0203.
#pragma once

#include "xmpp/stanza.h"

namespace teahouse::muc {

// Removes <x/> of muc and muc#user, occupant-ids, and stanza-ids and delays in the name of this room or its service.
void remove_forged(Stanza& stanza, const BareJid& room);

}  // namespace teahouse::muc
