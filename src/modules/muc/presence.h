// Presence in a room: what the room says of its occupants, and what they say.
//
// Everybody hears of everybody whose role is broadcast; the real address goes to those who may see it; an occupant's
// own sessions always hear of it, with status 110.
//
// Spec: XEP-0045 sections 7.2, 7.6, 7.7, 7.14, 12.1, 17.3.
#pragma once

#include <string>
#include <vector>

#include "modules/muc/room.h"

namespace teahouse::muc {

// PresenceNotes: the additions to an occupant's presence.
struct PresenceNotes {
  std::vector<int> codes;       // for everybody
  std::vector<int> self_codes;  // besides 110, for the occupant's own sessions
  std::string actor_nick, reason, new_nick;
  // For sessions that follow the versions of affiliations: that this is the newest change, or which one is current.
  enum class Version { none, newest, current } version = Version::none;
};

// A stanza of type presence for the room.
void handle_presence(Room& room, const Stanza& stanza);

// A client's presence as the room keeps and shows it: without what only the room may say, id and addresses.
Stanza make_shown(const Room& room, const Stanza& presence);

// Tells of the occupant as it is now. `hides`: until now its role was one that is broadcast, and now it is not.
// `answered`: the presence that this is the answer to; its id goes to the session that sent it, and to nobody else.
void broadcast_presence(Room& room, const Occupant& occupant, const PresenceNotes& notes = {}, bool hides = false,
                        const Stanza* answered = nullptr);
// The same, but not to this session of the occupant: it enters, and hears of itself last.
void broadcast_entry(Room& room, const Occupant& occupant, const FullJid& session);
// The occupant leaves its old nick; `notes` has the new one. REQUIRES: the address is still the old one.
void broadcast_old_nick(Room& room, const Occupant& occupant, const PresenceNotes& notes);
// Tells a session that enters of all other occupants.
void send_occupants(Room& room, const Occupant& to, const FullJid& session);
// Sends one session its own presence, in answer to the presence that it sent.
void send_self(Room& room, const Occupant& occupant, const PresenceNotes& notes, const Stanza& answered);

// Takes the occupant out of the room and says so. `farewell`: its own last presence, if it sent one.
void remove_occupant(Room& room, Occupant& occupant, const PresenceNotes& notes, const Stanza* farewell = nullptr);
// The same for one session; the occupant stays while another session shares its nick.
void remove_session(Room& room, Occupant& occupant, const FullJid& session, const PresenceNotes& notes,
                    const Stanza* farewell = nullptr);
// A new role, told to everybody. REQUIRES: it is not none.
void set_role(Room& room, Occupant& occupant, Role role, const PresenceNotes& notes);

// An error that came back from a session: where it says that nobody is there, the session is out of the room (status
// 333).
void handle_bounce(Room& room, const Stanza& error);

// All sessions of addresses at this domain are out of the room (status 333).
void remove_people_of(Room& room, const std::string& domain);

// The last word of a room, to each session: it is destroyed (`destroy`: the element that says so), or its server stops
// (empty).
void send_everybody_away(Room& room, const PresenceNotes& notes, std::string_view destroy);

}  // namespace teahouse::muc
