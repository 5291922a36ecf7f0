// Invitations that go through the room, and their refusal.
//
// A refusal is passed on only to the inviter, and only from the invitee, as far as the room remembers
// (invites_remembered_max): so nobody can use the room to write to strangers.
//
// Spec: XEP-0045 sections 7.8.2, 7.9 and 9.5. Direct invitations (XEP-0249) do not pass through the room.
#pragma once

#include <optional>
#include <string>

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `x` is the stanza's <x xmlns='…muc#user'/>.
void invite(Room& room, const Stanza& stanza, const xml::Element& x);
void decline(Room& room, const Stanza& stanza, const xml::Element& x);

struct NewInvitation {
  Jid to;
  std::string reason;
  std::optional<std::string> continued;  // goes on with a chat (section 7.9): its thread, which may be empty
};

// The room tells the invitee of the invitation. `id`: of the message that asked for it.
void send_invitation(Room& room, const BareJid& inviter, const NewInvitation& invitation, const std::string& id = {});

}  // namespace teahouse::muc
