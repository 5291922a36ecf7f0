// Invitations that go through the room, and their refusal.
//
// A refusal is passed on only to who invited, and only from who was invited, as far as the room remembers (it forgets
// when it is unloaded): so nobody can use the room to write to strangers.
//
// Spec: XEP-0045 sections 7.8.2 and 9.5. Direct invitations (XEP-0249) do not pass through the room.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `x` is the stanza's <x xmlns='…muc#user'/>.
void invite(Room& room, const Stanza& stanza, const xml::Element& x);
void decline(Room& room, const Stanza& stanza, const xml::Element& x);

// The room tells somebody that he may come in.
void send_invitation(Room& room, const BareJid& inviter, const Jid& invitee, std::string_view reason);

}  // namespace teahouse::muc
