// The ad-hoc commands of a room, by which its owners make hats and give them to users.
//
// A command has one stage, so it is carried out with what came, and nothing is kept between: its session's id is a code
// over the asker, the room and the command.
//
// Limits: those of Hats and of CommandRequest.
// Errors: XEP-0050 section 4.4; forbidden for those who may not; item_not_found for a hat that is none;
// resource_constraint.
// Spec: XEP-0317, XEP-0050.
#pragma once

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `command` is the iq's <command/>.
void handle_command(Room& room, const Stanza& stanza, const xml::Element& command);

// Service discovery of the commands: true if the query's node is one of theirs, and was answered.
bool answer_command_node(Room& room, const Stanza& stanza, const xml::Element& query);

}  // namespace teahouse::muc
