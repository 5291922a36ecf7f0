// A visitor asks for voice; the moderators get a form, and one of them grants it.
//
// Limits: RequestRate; each request goes to all moderators.
// Errors: those of RequestRate; recipient_unavailable where there is no moderator; forbidden for an answer of others.
// Spec: XEP-0045 sections 7.13 and 8.6.
#pragma once

#include "modules/muc/room.h"
#include "xmpp/data_form.h"

namespace teahouse::muc {

inline constexpr char voice_form[] = "http://jabber.org/protocol/muc#request";

// `form`: such a form, submitted in a message for the room.
void handle_voice_form(Room& room, const Stanza& stanza, const DataForm& form);

}  // namespace teahouse::muc
