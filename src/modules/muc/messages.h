// Messages in a room: what is said to all.
//
// A message is appended to the room's archive, and leaves when it is on disk; its receipt waits for the same.
//
// Spec: XEP-0045 sections 7.4, 8.1; XEP-0313 section 5.1.2; XEP-0359; XEP-0421.
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

// A stanza of type message for the room or one of its occupants.
void handle_message(Room& room, const Stanza& stanza);

// Something is said through the API by a user (or by the site itself: none) who need not be in the room, under the
// nearest nick to a shown name. Gives the archive id; what it sends stands in the room's line. Errors:
// resource_constraint.
Result<store::ArchiveId> say(Room& room, std::string_view name, const std::optional<BareJid>& sender,
                             std::string payload, std::string id);

// The site itself sets the subject. REQUIRES: it is not too long.
void say_subject(Room& room, std::string_view subject);

}  // namespace teahouse::muc
