#include "modules/muc/presence.h"

#include <algorithm>

#include "modules/muc/forged.h"
#include "modules/muc/join.h"
#include "modules/muc/versioning.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

// View: how much of an occupant the recipient of its presence sees.
enum class View { stranger, sees_address, self };

struct Told {
  StanzaType type = StanzaType::none;
  const PresenceNotes& notes;
  const Stanza* answered = nullptr;  // what a session of the occupant sent, if that is the cause
  std::string_view destroy = {};     // <destroy/>: with the room its affiliations are gone (section 10.9)
};

void write_version(xml::Writer& writer, const Room& room, PresenceNotes::Version version, Readable readable) {
  using Version = PresenceNotes::Version;
  if (version == Version::none || readable == Readable::nothing) return;
  const auto since = version == Version::newest ? room.versions.before_newest(readable) : std::nullopt;
  if (version == Version::newest && !since) return;
  writer.open("mav", ns::muc_affiliations);
  if (since) writer.attribute("since", *since);
  writer.attribute("until", room.versions.current(readable)).close();
}

std::string make_stamp(const Room& room, const Occupant& occupant, View view, const Told& told, Readable readable) {
  const PresenceNotes& notes = told.notes;
  // An occupant that only changes its nick is unavailable under the old one, and keeps its role.
  const bool is_gone = told.type == StanzaType::unavailable && notes.new_nick.empty();
  std::string out;
  xml::Writer writer(out);
  writer.open("x", ns::muc_user);
  write_version(writer, room, notes.version, readable);
  writer.open("item");
  writer.attribute("affiliation",
                   to_string(told.destroy.empty() ? room.affiliation_of(occupant.real) : Affiliation::none));
  writer.attribute("role", to_string(is_gone ? Role::none : occupant.role));
  if (view != View::stranger) writer.attribute("jid", occupant.shown().jid.str());
  if (!notes.new_nick.empty()) writer.attribute("nick", notes.new_nick);
  if (!notes.actor_nick.empty()) writer.open("actor").attribute("nick", notes.actor_nick).close();
  if (!notes.reason.empty()) writer.leaf("reason", notes.reason);
  writer.close();
  writer.raw(told.destroy);
  const auto write_codes = [&](const std::vector<int>& codes) {
    for (const int code : codes) writer.open("status").attribute("code", std::to_string(code)).close();
  };
  if (view == View::self) write_codes({110});
  write_codes(notes.codes);
  if (view == View::self) write_codes(notes.self_codes);
  writer.close();
  writer.open("occupant-id", ns::occupant_id).attribute("id", occupant.occupant_id).close();
  if (told.type == StanzaType::none) writer.raw(room.hats.write_worn(occupant.real));
  return out;
}

Stanza make_presence(const Room& room, const Occupant& occupant, View view, const Told& told, const Stanza* content,
                     Readable readable = Readable::nothing) {
  Stanza stanza = content ? *content : Stanza::make(StanzaKind::presence, told.type, {});
  stanza.type = told.type;
  stanza.from = occupant.address;
  stanza.id.clear();
  stanza.stamp(make_stamp(room, occupant, view, told, readable));
  return stanza;
}

void send_to(const Room& room, const Stanza& stanza, const FullJid& session) {
  Stanza copy = stanza;
  copy.to = session;
  room.traffic()->send(std::move(copy));
}

// Sends to a session of the occupant itself. The id is that of what it has sent; what other sessions sent is not its
// affair.
void send_to_own(const Room& room, const Stanza& stanza, const FullJid& session, const Told& told) {
  Stanza copy = stanza;
  copy.to = session;
  if (told.answered && *told.answered->from == Jid(session)) copy.id = told.answered->id;
  room.traffic()->send(std::move(copy));
}

Readable reads_version(const Room& room, const Occupant& to, const OccupantSession& session,
                       const PresenceNotes& notes) {
  return notes.version == PresenceNotes::Version::none ? Readable::nothing : readable_by(room, to, session);
}

struct Audience {
  bool others = true, own = true;
  const FullJid* except = nullptr;
};

// Sends to every occupant, as each may see it.
void broadcast(Room& room, const Occupant& of, const Told& told, const Stanza* content, const Audience& audience) {
  if (audience.others) {
    const Stanza stranger = make_presence(room, of, View::stranger, told, content);
    const Stanza sees_address = make_presence(room, of, View::sees_address, told, content);
    room.occupants.for_each([&](const Occupant& to) {
      if (&to == &of) return;
      const bool sees = room.config.non_anonymous || to.role == Role::moderator;
      for (const auto& session : to.sessions) {
        const Readable readable = reads_version(room, to, session, told.notes);
        if (readable == Readable::nothing) {
          send_to(room, sees ? sees_address : stranger, session.jid);
        } else {
          send_to(room, make_presence(room, of, View::sees_address, told, content, readable), session.jid);
        }
      }
    });
  }
  if (!audience.own) return;
  const Stanza self = make_presence(room, of, View::self, told, content);
  for (const auto& session : of.sessions) {
    if (audience.except && session.jid == *audience.except) continue;
    const Readable readable = reads_version(room, of, session, told.notes);
    if (readable == Readable::nothing) {
      send_to_own(room, self, session.jid, told);
    } else {
      send_to_own(room, make_presence(room, of, View::self, told, content, readable), session.jid, told);
    }
  }
}

bool is_gone(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::gone:
    case ErrorKind::item_not_found:
    case ErrorKind::jid_malformed:
    case ErrorKind::recipient_unavailable:
    case ErrorKind::remote_server_not_found:
    case ErrorKind::remote_server_timeout:
    case ErrorKind::service_unavailable: return true;
    default: return false;
  }
}

// Presence without <x/> from a session that is not in the room: its client believes that it is (section 7.2.15).
void send_not_here(Room& room, const Stanza& stanza) {
  Stanza answer = Stanza::make_reply(stanza, StanzaType::unavailable, {});
  std::string stamp;
  xml::Writer writer(stamp);
  writer.open("x", ns::muc_user).open("item").attribute("affiliation", "none").attribute("role", "none");
  writer.leaf("reason", "You are not in the room.").close();
  for (const char* code : {"110", "307", "333"}) writer.open("status").attribute("code", code).close();
  writer.close();
  answer.stamp(stamp);
  room.traffic()->send(std::move(answer));
}

void handle_available(Room& room, const Stanza& stanza) {
  const auto address = stanza.to->full();
  const auto session = stanza.from->full();
  if (!session) return;
  if (!address) {
    room.reply_error(stanza, {ErrorKind::jid_malformed, "Enter the room with a nick: room@service/nick."});
    return;
  }
  if (stanza.payload().size() > presence_bytes_max) {  // each who enters gets that of all
    room.reply_error(stanza, {ErrorKind::policy_violation, "Presence in a room has at most 8192 bytes."});
    return;
  }
  Occupant* occupant = room.occupants.find_by_session(*session);
  const bool enters = stanza.child("x", ns::muc).has_value();
  if (!occupant) {
    enters ? enter(room, stanza) : send_not_here(room, stanza);
  } else if (occupant->address != *address) {
    change_nick(room, *occupant, stanza);
  } else if (enters) {
    enter_again(room, *occupant, stanza);
  } else {
    room.occupants.set_presence(*occupant, *session, make_shown(room, stanza));
    broadcast_presence(room, *occupant, {}, false, &stanza);
  }
}

}  // namespace

void handle_presence(Room& room, const Stanza& stanza) {
  switch (stanza.type) {
    case StanzaType::none: handle_available(room, stanza); break;
    case StanzaType::unavailable: {
      Occupant* occupant = room.occupants.find_by_session(*stanza.from);
      if (!occupant) return;
      Stanza farewell = stanza;
      remove_forged(farewell, room.jid());
      remove_session(room, *occupant, *stanza.from->full(), {}, &farewell);
      break;
    }
    case StanzaType::error: handle_bounce(room, stanza); break;
    default: break;  // probes and subscriptions are not for rooms
  }
}

Stanza make_shown(const Room& room, const Stanza& presence) {
  Stanza shown = presence;
  remove_forged(shown, room.jid());
  shown.id.clear();
  shown.from.reset();
  shown.to.reset();
  shown.shrink_to_fit();
  return shown;
}

void broadcast_presence(Room& room, const Occupant& occupant, const PresenceNotes& notes, bool hides,
                        const Stanza* answered) {
  const bool visible = room.config.broadcasts(occupant.role);
  const PresenceNotes nothing;
  if (hides) broadcast(room, occupant, {StanzaType::unavailable, nothing}, nullptr, {true, false, nullptr});
  broadcast(room, occupant, {StanzaType::none, notes, answered}, &occupant.shown().presence, {visible, true, nullptr});
}

void broadcast_entry(Room& room, const Occupant& occupant, const FullJid& session) {
  const PresenceNotes nothing;
  broadcast(room, occupant, {StanzaType::none, nothing}, &occupant.shown().presence,
            {room.config.broadcasts(occupant.role), true, &session});
}

void broadcast_old_nick(Room& room, const Occupant& occupant, const PresenceNotes& notes) {
  broadcast(room, occupant, {StanzaType::unavailable, notes}, nullptr,
            {room.config.broadcasts(occupant.role), true, nullptr});
}

void send_occupants(Room& room, const Occupant& to, const FullJid& session) {
  const bool sees = room.config.non_anonymous || to.role == Role::moderator;
  const PresenceNotes nothing;
  room.occupants.for_each([&](const Occupant& of) {
    if (&of == &to || !room.config.broadcasts(of.role)) return;
    const View view = sees ? View::sees_address : View::stranger;
    send_to(room, make_presence(room, of, view, {StanzaType::none, nothing}, &of.shown().presence), session);
  });
}

void send_self(Room& room, const Occupant& occupant, const PresenceNotes& notes, const Stanza& answered) {
  const Told told{StanzaType::none, notes, &answered};
  const FullJid session = *answered.from->full();
  const auto at = std::find_if(occupant.sessions.begin(), occupant.sessions.end(),
                               [&](const auto& each) { return each.jid == session; });
  const Readable readable =
      at == occupant.sessions.end() ? Readable::nothing : reads_version(room, occupant, *at, notes);
  send_to_own(room, make_presence(room, occupant, View::self, told, &occupant.shown().presence, readable), session,
              told);
}

namespace {

void tell_role(const Room& room, const FullJid& session, Role role) {
  room.context().tell_role(room.host, room.jid(), session, to_string(role));
}

}  // namespace

void remove_occupant(Room& room, Occupant& occupant, const PresenceNotes& notes, const Stanza* farewell) {
  const Told told{StanzaType::unavailable, notes, farewell};
  broadcast(room, occupant, told, farewell, {room.config.broadcasts(occupant.role), true, nullptr});
  for (const auto& each : occupant.sessions) tell_role(room, each.jid, Role::none);
  room.occupants.remove(occupant);
}

void remove_session(Room& room, Occupant& occupant, const FullJid& session, const PresenceNotes& notes,
                    const Stanza* farewell) {
  if (occupant.sessions.size() == 1) {
    remove_occupant(room, occupant, notes, farewell);
    return;
  }
  const bool was_shown = occupant.shown().jid == session;
  const Told told{StanzaType::unavailable, notes, farewell};
  send_to_own(room, make_presence(room, occupant, View::self, told, farewell), session, told);
  tell_role(room, session, Role::none);
  room.occupants.remove_session(occupant, session);
  if (was_shown) broadcast_presence(room, occupant);
}

void set_role(Room& room, Occupant& occupant, Role role, const PresenceNotes& notes) {
  const bool hides = room.config.broadcasts(occupant.role) && !room.config.broadcasts(role);
  occupant.role = role;
  broadcast_presence(room, occupant, notes, hides);
  for (const auto& each : occupant.sessions) tell_role(room, each.jid, role);
}

void handle_bounce(Room& room, const Stanza& error) {
  const auto session = error.from->full();
  if (!session || !is_gone(read_error(error))) return;
  if (Occupant* occupant = room.occupants.find_by_session(*session)) {
    remove_session(room, *occupant, *session, {{333}, {}, {}, {}, {}});
  }
}

void remove_people_of(Room& room, const std::string& domain) {
  std::vector<FullJid> gone;
  room.occupants.for_each([&](const Occupant& occupant) {
    for (const auto& session : occupant.sessions) {
      if (session.jid.domainpart() == domain) gone.push_back(session.jid);
    }
  });
  for (const FullJid& session : gone) {
    if (Occupant* occupant = room.occupants.find_by_session(session)) {
      remove_session(room, *occupant, session, {{333}, {}, {}, {}, {}});
    }
  }
}

void send_everybody_away(Room& room, const PresenceNotes& notes, std::string_view destroy) {
  room.occupants.for_each([&](const Occupant& occupant) {
    const Told told{StanzaType::unavailable, notes, nullptr, destroy};
    const Stanza stanza = make_presence(room, occupant, View::self, told, nullptr);
    for (const auto& session : occupant.sessions) {
      send_to(room, stanza, session.jid);
      tell_role(room, session.jid, Role::none);
    }
  });
}

}  // namespace teahouse::muc
