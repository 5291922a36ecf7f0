// Moderation: what was said in a room is taken back: by a moderator, by the site, or by its author. Everybody inside is
// told, and in the archive a tombstone takes its place, so that nobody who comes later gets it.
//
// The message is read first; meanwhile the room goes on. The retraction is on disk before anybody hears of it.
//
// Spec: XEP-0425 (0.3.0), XEP-0424 (0.4.2).
// Limits: a reason has as many bytes as a room's subject may have.
#pragma once

#include <functional>
#include <string>

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// <moderate/> of a client.
void moderate(Room& room, const Stanza& stanza, const xml::Element& moderate);

struct Retraction {
  std::string by;           // the moderator's address in the room; the room's own for the site
  std::string occupant_id;  // the moderator's; empty for the site
  std::string reason;       // empty: none is told
};
// Takes back the message of this id. Calls back when it is done, in the room's turn, or with an error (the room is null
// where it is gone): item_not_found where there is no such message, or it was taken back before; not_acceptable for one
// that nobody has said.
using Retracted = std::function<void(Room* room, const Result<void>& done)>;
void retract(Room& room, store::ArchiveId id, Retraction retraction, Retracted done);

// A message of an occupant that takes an earlier one back: if that is their own its tombstone is put into the archive,
// and then the message goes to all; before anything that is sent from now on. False: it names no message. REQUIRES: it
// was kept, where it is to be.
bool retract_own(Room& room, const Occupant& author, const Stanza& message);

}  // namespace teahouse::muc
