// Versions of a room's affiliations for the sessions that ask for them when they enter: all that has changed since the
// one that they know, and each change as it happens.
//
// Limits: messages of part_bytes_max each; AffiliationVersions.
// Errors: forbidden, in a message, for those who may not read the lists.
// Spec: XEP-0463.
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

// How much the session may read of the lists; nothing where it has not asked for versions.
Readable readable_by(const Room& room, const Occupant& occupant, const OccupantSession& session);

// To be called when a session enters, before it gets any presence: notes whether it asks for versions, and tells it.
void send_versioned_list(Room& room, const FullJid& session, const Stanza& presence);

// Tells those who follow versions of the newest change, which no presence tells of.
void send_newest_change(Room& room);

}  // namespace teahouse::muc
