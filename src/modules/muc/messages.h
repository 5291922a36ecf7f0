// Messages in a room: what is said to all.
//
// A message is appended to the room's archive, and leaves when it is on disk; its ticket waits for the same.
//
// Spec: XEP-0045 sections 7.4, 8.1; XEP-0313 section 5.1.2; XEP-0359; XEP-0421.
#pragma once

#include "modules/muc/room.h"

namespace teahouse::muc {

// A stanza of type message for the room or one of its occupants.
void handle_message(Room& room, const Stanza& stanza);

// Speaker: one who speaks through the API, and need not be in the room.
struct Speaker {
  std::string_view name;          // as it is shown; the room hears it by the nearest nick
  std::optional<BareJid> sender;  // none: the site itself
  int64_t incarnation = 0;        // of the sender's account
};
// Gives the archive id; what it sends stands in the room's line. Errors: conflict: the nick is another's, who is in the
// room or has it reserved; resource_constraint.
Result<store::ArchiveId> say(Room& room, const Speaker& speaker, std::string payload, std::string id);

// Messages of the room go into its archive.
inline bool is_archived(const Room& room) { return room.config.archived && !room.locked; }
// Keeps the message in the room's archive, and stamps it with its id; what is sent from then on waits for it. `sender`:
// the real bare JID behind it. REQUIRES: is_archived().
store::ArchiveId keep(Room& room, Stanza& message, std::string_view sender);

// The site itself sets the subject. REQUIRES: it is not too long.
void say_subject(Room& room, std::string_view subject);

}  // namespace teahouse::muc
