// Changing affiliations: stored, told to the room, and acted upon (an occupant who may not stay goes).
//
// Spec: XEP-0045 sections 9 and 10.3 to 10.8.
#pragma once

#include <map>
#include <string>

#include "base/text.h"
#include "modules/muc/presence.h"
#include "modules/muc/room.h"

namespace teahouse::muc {

// Room for so many more affiliations: affiliations_max, and the plan's room_members. Errors: resource_constraint.
Result<void> check_affiliation_space(const Room& room, size_t more);

// May the users have these affiliations, seen from the lists as they will be then? Errors: conflict: the room would
// lose its last owner (section 10.2); resource_constraint.
Result<void> check_affiliations(const Room& room, const std::map<BareJid, Affiliation>& wanted);

// The user's row in the lists, with this affiliation. A reserved nick stays, but not an outcast's.
Affiliated make_affiliated(const Room& room, const BareJid& user, Affiliation affiliation);

// Gives the user this affiliation (none takes it away) and puts the gate for it into the room's line. `notes` has the
// actor and the reason. REQUIRES: it is allowed.
void change_affiliation(Room& room, const BareJid& user, Affiliated wanted, PresenceNotes notes);

// Members-only was switched on: occupants who are no members go (status 322).
void remove_non_members(Room& room);

// At most reason_bytes_max of it, cut between characters.
inline std::string cut_reason(std::string_view reason) { return std::string(cut(reason, reason_bytes_max)); }

}  // namespace teahouse::muc
