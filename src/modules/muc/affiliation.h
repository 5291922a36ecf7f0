// Affiliation and Role: a user's standing in a room, and which standing may change which. Pure rules.
//
// An affiliation is lasting and belongs to a bare JID; a role is an occupant's, for the visit.
//
// Spec: XEP-0045 section 5 (the tables), 8 and 9 (the errors).
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace teahouse::muc {

// In rising order.
enum class Affiliation { outcast, none, member, admin, owner };
enum class Role { none, visitor, participant, moderator };

const char* to_string(Affiliation affiliation);
const char* to_string(Role role);
std::optional<Affiliation> find_affiliation(std::string_view name);
std::optional<Role> find_role(std::string_view name);

// The role of a user of this affiliation who enters. REQUIRES: the user may enter.
Role default_role(Affiliation affiliation, bool moderated);
// The role of an occupant after a change of affiliation. REQUIRES: the occupant may stay.
Role role_after_change(Role role, Affiliation before, Affiliation after, bool moderated);

// One who acts, or one who is acted upon.
struct Standing {
  Affiliation affiliation = Affiliation::none;
  Role role = Role::none;
};

// May `actor` give `target` this role (none: a kick)? Every moderator may give a target the role that it has already.
// Errors: forbidden: the actor may not change roles at all, or not to this one; not_allowed: not those of this target.
Result<void> check_role_change(const Standing& actor, const Standing& target, Role wanted);

// May `actor` give somebody who has `target` this affiliation? The last owner is not this function's affair.
// Errors: forbidden: the actor may not change affiliations, or not to this one; not_allowed: not those of this target.
Result<void> check_affiliation_change(Affiliation actor, Affiliation target, Affiliation wanted);

}  // namespace teahouse::muc
