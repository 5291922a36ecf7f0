#include "modules/muc/join.h"

#include "crypto/hash.h"
#include "modules/muc/approval.h"
#include "modules/muc/history.h"
#include "modules/muc/presence.h"
#include "modules/muc/subject.h"
#include "modules/muc/versioning.h"
#include "server/module_context.h"
#include "server/occupant_id.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

Result<void> check_password(const Room& room, const Stanza& stanza) {
  if (room.config.password.empty()) return {};
  const auto x = stanza.child("x", ns::muc);
  const std::string given = x ? x->child_text("password", ns::muc) : std::string();
  // Compared as digests, so that neither content nor size shows in the time that it takes.
  if (!given.empty() && crypto::constant_time_equal(crypto::sha256(given), crypto::sha256(room.config.password))) {
    return {};
  }
  return Error{ErrorKind::not_authorized, "This room needs a password."};
}

// May a session of the account have this nick? `now`: the occupant that it is already, which makes no room fuller.
Result<void> check_free_nick(const Room& room, const BareJid& account, std::string_view wanted, const Occupant* now) {
  const auto nick = Nick::parse(wanted);
  if (!nick) return nick.error();
  if (const BareJid* owner = room.find_nick_owner(*nick); owner && *owner != account) {
    return Error{ErrorKind::conflict, "This nick is reserved for somebody else."};
  }
  const Occupant* there = room.occupants.find(wanted);
  if (!there || there == now) return {};
  if (there->real != account) return Error{ErrorKind::conflict, "This nick is in use."};
  if (there->sessions.size() >= sessions_per_nick_max) {
    return Error{ErrorKind::resource_constraint, "Too many of your sessions are in this room."};
  }
  return {};
}

Result<void> check_space(const Room& room, Affiliation affiliation) {
  const int64_t occupants = static_cast<int64_t>(room.occupants.size());
  const int64_t planned = room.tenant().limits().room_members;
  if (planned >= 0 && occupants >= planned) {
    return Error{ErrorKind::resource_constraint,
                 "The room has as many occupants as the plan allows (" + std::to_string(planned) + ")."};
  }
  if (room.config.max_users > 0 && occupants >= room.config.max_users && affiliation < Affiliation::admin) {
    return Error{ErrorKind::service_unavailable, "The room is full."};
  }
  return {};
}

Result<void> check_entry(const Room& room, const Stanza& stanza) {
  const BareJid account = stanza.from->bare();
  const Affiliation affiliation = room.affiliation_of(account);
  if (affiliation == Affiliation::outcast) return Error{ErrorKind::forbidden, "You are banned from this room."};
  if (room.locked && affiliation != Affiliation::owner) {
    return Error{ErrorKind::item_not_found, "This room is being set up by its owner."};
  }
  if (!room.may_enter(account)) { return Error{ErrorKind::registration_required, "Only members may enter this room."}; }
  const auto password = check_password(room, stanza);
  if (!password) return password;
  const std::string_view nick = stanza.to->resourcepart();
  const auto free = check_free_nick(room, account, nick, nullptr);
  if (!free) return free;
  return room.occupants.find(nick) ? Result<void>() : check_space(room, affiliation);
}

// The session has the nick as another session of its account writes it: the room has changed it (section 7.2.3).
std::vector<int> codes_for_nick(const Occupant& occupant, const Stanza& stanza) {
  return occupant.nick() == stanza.to->resourcepart() ? std::vector<int>() : std::vector<int>{210};
}

// All that one session gets when it enters, in the order of section 7.1; the room's other sessions have heard of it by
// then.
void send_room(Room& room, const Occupant& occupant, const FullJid& session, const Stanza& stanza, bool created) {
  send_versioned_list(room, session, stanza);
  send_occupants(room, occupant, session);
  PresenceNotes notes{{}, codes_for_nick(occupant, stanza), {}, {}, {}};
  if (room.config.non_anonymous) notes.self_codes.push_back(100);
  if (room.config.archived) notes.self_codes.push_back(170);
  if (created) notes.self_codes.push_back(201);
  notes.version = PresenceNotes::Version::current;
  send_self(room, occupant, notes, stanza);
  const auto x = stanza.child("x", ns::muc);
  const auto history = x ? x->child("history", ns::muc) : std::nullopt;
  const auto unasked = room.context().option<size_t>(*room.host, "history_messages");
  send_history(room, session, parse_history(history, room.config, unasked, room.context().clock().wall_ms()));
  send_subject(room, session);
  send_registration_requests(room, session);
}

// The occupant leaves the old nick for the new one; a session alone does, where others of its account have that one.
const Occupant& take_nick(Room& room, Occupant& occupant, const FullJid& session, const Stanza& stanza) {
  Occupant* there = room.occupants.find(stanza.to->resourcepart());
  if (there && there != &occupant) {
    remove_session(room, occupant, session, {{303}, {}, {}, {}, std::string(there->nick())});
    room.occupants.add_session(*there, {session, make_shown(room, stanza)});
    return *there;
  }
  broadcast_old_nick(room, occupant, {{303}, {}, {}, {}, std::string(stanza.to->resourcepart())});
  room.occupants.rename(occupant, *stanza.to->full());
  room.occupants.set_presence(occupant, session, make_shown(room, stanza));
  return occupant;
}

}  // namespace

void enter(Room& room, const Stanza& stanza, bool created) {
  const auto allowed = check_entry(room, stanza);
  if (!allowed) {
    room.reply_error(stanza, allowed.error());
    return;
  }
  const FullJid address = *stanza.to->full();
  const FullJid session = *stanza.from->full();
  Stanza presence = make_shown(room, stanza);
  Occupant* occupant = room.occupants.find(address.resourcepart());
  if (occupant) {
    room.occupants.add_session(*occupant, {session, std::move(presence)});
  } else {
    const BareJid account = session.bare();
    const Role role = default_role(room.affiliation_of(account), room.config.moderated);
    std::string id = make_occupant_id(room.tenant(), room.jid(), account.str(), stanza.incarnation);
    occupant = &room.occupants.add(address, role, std::move(id), {session, std::move(presence)});
  }
  room.entered = true;
  // The newcomer hears of its own entry last, so not by this broadcast.
  broadcast_entry(room, *occupant, session);
  send_room(room, *occupant, session, stanza, created);
  room.context().tell_role(room.host, room.jid(), session, to_string(occupant->role));
}

void enter_again(Room& room, Occupant& occupant, const Stanza& stanza) {
  const FullJid session = *stanza.from->full();
  Stanza presence = make_shown(room, stanza);
  const bool changed = occupant.shown().jid != session || occupant.shown().presence.payload() != presence.payload();
  room.occupants.set_presence(occupant, session, std::move(presence));
  if (changed) broadcast_entry(room, occupant, session);
  send_room(room, occupant, session, stanza, false);
}

void change_nick(Room& room, Occupant& occupant, const Stanza& stanza) {
  const auto allowed = check_free_nick(room, occupant.real, stanza.to->resourcepart(), &occupant);
  if (!allowed) {
    room.reply_error(stanza, allowed.error());
    return;
  }
  const FullJid session = *stanza.from->full();
  const Occupant& renamed = take_nick(room, occupant, session, stanza);
  if (stanza.child("x", ns::muc)) {
    broadcast_entry(room, renamed, session);
    send_room(room, renamed, session, stanza, false);
  } else {
    broadcast_presence(room, renamed, {{}, codes_for_nick(renamed, stanza), {}, {}, {}}, false, &stanza);
  }
}

}  // namespace teahouse::muc
