#include "modules/muc/affiliations.h"

#include <algorithm>

#include "modules/muc/versioning.h"

namespace teahouse::muc {
namespace {

bool shows_everybody(const RoomConfig& config) {
  return config.broadcasts(Role::visitor) && config.broadcasts(Role::participant) && config.broadcasts(Role::moderator);
}

}  // namespace

Result<void> check_affiliation_space(const Room& room, size_t more) {
  const int64_t planned = room.tenant().limits().room_members;
  const size_t most = planned < 0 ? affiliations_max : std::min(affiliations_max, static_cast<size_t>(planned));
  if (room.affiliations.size() + more <= most) return {};
  return Error{ErrorKind::resource_constraint,
               "The room's lists have as many people as the plan allows (" + std::to_string(most) + ")."};
}

Result<void> check_affiliations(const Room& room, const std::map<BareJid, Affiliation>& wanted) {
  const size_t owners_before = room.count(Affiliation::owner);
  size_t owners = owners_before, more = 0;
  for (const auto& [jid, affiliation] : wanted) {
    const Affiliation before = room.listed_affiliation_of(jid);
    if (before == Affiliation::owner) --owners;
    if (affiliation == Affiliation::owner) ++owners;
    if (before == Affiliation::none && affiliation != Affiliation::none) ++more;
  }
  if (owners == 0 && owners_before > 0) {
    return Error{ErrorKind::conflict, "A room keeps at least one owner: make another one first."};
  }
  return more ? check_affiliation_space(room, more) : Result<void>();
}

Affiliated make_affiliated(const Room& room, const BareJid& user, Affiliation affiliation) {
  const auto known = room.affiliations.find(user);
  Affiliated made{affiliation, {}, {}};
  if (known != room.affiliations.end() && affiliation != Affiliation::outcast) made.nick = known->second.nick;
  return made;
}

void change_affiliation(Room& room, const BareJid& user, Affiliated wanted, PresenceNotes notes) {
  const Affiliation before = room.affiliation_of(user), listed = room.listed_affiliation_of(user);
  const bool changes = listed != Affiliation::none || wanted.affiliation != Affiliation::none;
  room.traffic()->wait_for(changes ? room.set_affiliation(user, std::move(wanted)) : Lsn::none);
  const Affiliation after = room.affiliation_of(user);
  const auto there = before == after ? std::vector<Occupant*>() : room.occupants.find_by_account(user);
  const bool is_new = room.listed_affiliation_of(user) != listed;
  const bool is_told = !there.empty() && shows_everybody(room.config);  // by presence
  if (is_new && !is_told) send_newest_change(room);
  notes.version = is_new && is_told ? PresenceNotes::Version::newest : PresenceNotes::Version::none;
  for (Occupant* occupant : there) {
    if (after == Affiliation::outcast) {
      notes.codes = {301};
      remove_occupant(room, *occupant, notes);
    } else if (!room.may_enter(user)) {
      notes.codes = {321};
      remove_occupant(room, *occupant, notes);
    } else {
      set_role(room, *occupant, role_after_change(occupant->role, before, after, room.config.moderated), notes);
    }
    notes.version = PresenceNotes::Version::none;  // one change is told of once
  }
}

void remove_non_members(Room& room) {
  std::vector<Occupant*> leaving;
  room.occupants.for_each([&](const Occupant& each) {
    if (!room.may_enter(each.real)) leaving.push_back(room.occupants.find(each.nick()));
  });
  for (Occupant* occupant : leaving) remove_occupant(room, *occupant, {{322}, {}, {}, {}, {}});
}

}  // namespace teahouse::muc
