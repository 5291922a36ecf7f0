// Subject: what the room is about, set by a message with a <subject/> and no <body/>.
//
// Spec: XEP-0045 sections 7.2.15 and 8.1.
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

bool is_subject_change(const Stanza& message);
// Errors: forbidden; not_acceptable for one that is too long.
Result<void> check_subject_change(const Room& room, const Occupant& occupant, const Stanza& message);
// To a session that enters: after the history, and always, empty too.
void send_subject(Room& room, const FullJid& session);

}  // namespace teahouse::muc
