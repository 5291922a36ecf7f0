// Requests of users without affiliation to be registered with the room: its admins get a form of each, those who are
// here at once and the others when they enter; one of them agrees or refuses.
//
// A request is stored and waits until it is answered, its user takes it back, or it gets an affiliation in another way.
//
// Limits: registration_requests_max in one room, one of each user; RequestRate.
// Errors: resource_constraint; of an answer: forbidden for all but admins, item_not_found where nothing waits any more,
// conflict for a nick that has become another's.
// Spec: XEP-0045 section 9.9.
#pragma once

#include "modules/muc/room.h"
#include "xmpp/data_form.h"

namespace teahouse::muc {

inline constexpr char register_form[] = "http://jabber.org/protocol/muc#register";
inline constexpr char register_nick_field[] = "muc#register_roomnick";

// Is the nick nobody's but the user's, and asked for by nobody else? Errors: conflict.
Result<void> check_reservable(const Room& room, const BareJid& user, const Nick& nick);

// REQUIRES: the sender has no affiliation, and the nick is reservable.
void request_registration(Room& room, const Stanza& stanza, Nick nick);

// To a session that enters: all that wait, if it is an admin's.
void send_registration_requests(Room& room, const FullJid& session);

// `form`: of type register_form, submitted in a message for the room.
void handle_approval(Room& room, const Stanza& stanza, const DataForm& form);

}  // namespace teahouse::muc
