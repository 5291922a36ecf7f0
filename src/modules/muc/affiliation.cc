#include "modules/muc/affiliation.h"

namespace teahouse::muc {

const char* to_string(Affiliation affiliation) {
  switch (affiliation) {
    case Affiliation::outcast: return "outcast";
    case Affiliation::none: return "none";
    case Affiliation::member: return "member";
    case Affiliation::admin: return "admin";
    case Affiliation::owner: return "owner";
  }
  return "none";
}

const char* to_string(Role role) {
  switch (role) {
    case Role::none: return "none";
    case Role::visitor: return "visitor";
    case Role::participant: return "participant";
    case Role::moderator: return "moderator";
  }
  return "none";
}

std::optional<Affiliation> find_affiliation(std::string_view name) {
  for (const Affiliation each :
       {Affiliation::outcast, Affiliation::none, Affiliation::member, Affiliation::admin, Affiliation::owner}) {
    if (name == to_string(each)) return each;
  }
  return std::nullopt;
}

std::optional<Role> find_role(std::string_view name) {
  for (const Role each : {Role::none, Role::visitor, Role::participant, Role::moderator}) {
    if (name == to_string(each)) return each;
  }
  return std::nullopt;
}

Role default_role(Affiliation affiliation, bool moderated) {
  if (affiliation >= Affiliation::admin) return Role::moderator;
  if (affiliation == Affiliation::member) return Role::participant;
  return moderated ? Role::visitor : Role::participant;
}

Role role_after_change(Role role, Affiliation before, Affiliation after, bool moderated) {
  if (after >= Affiliation::admin) return Role::moderator;
  // The moderator's role came with the affiliation, so it goes with it.
  if (before >= Affiliation::admin) return default_role(after, moderated);
  if (after == Affiliation::member && role == Role::visitor) return Role::participant;
  return role;
}

Result<void> check_role_change(const Standing& actor, const Standing& target, Role wanted) {
  if (actor.role != Role::moderator) return Error{ErrorKind::forbidden, "Only moderators change roles."};
  if (wanted == target.role) return {};
  const bool takes_moderator = target.role == Role::moderator && wanted != Role::moderator;
  const bool gives_moderator = target.role != Role::moderator && wanted == Role::moderator;
  if (gives_moderator && actor.affiliation < Affiliation::admin) {
    return Error{ErrorKind::forbidden, "Only admins and owners make moderators."};
  }
  if (target.affiliation > actor.affiliation && target.affiliation >= Affiliation::admin) {
    return Error{ErrorKind::not_allowed, "This occupant's affiliation is higher than yours."};
  }
  if (takes_moderator && actor.affiliation < Affiliation::admin) {
    return Error{ErrorKind::not_allowed, "Only admins and owners change the role of a moderator."};
  }
  // Admins and owners are moderators for as long as they are in the room; they can be shown the door, not silenced.
  if (target.affiliation >= Affiliation::admin && wanted != Role::none && wanted != Role::moderator) {
    return Error{ErrorKind::not_allowed, "The role of an admin or owner cannot be lowered: change the affiliation."};
  }
  return {};
}

Result<void> check_affiliation_change(Affiliation actor, Affiliation target, Affiliation wanted) {
  if (actor < Affiliation::admin) return Error{ErrorKind::forbidden, "Only admins and owners change affiliations."};
  if (actor == Affiliation::owner) return {};
  if (wanted >= Affiliation::admin) return Error{ErrorKind::forbidden, "Only owners make admins and owners."};
  if (target >= Affiliation::admin) {
    return Error{ErrorKind::not_allowed, "Only owners change the affiliation of admins and owners."};
  }
  return {};
}

}  // namespace teahouse::muc
