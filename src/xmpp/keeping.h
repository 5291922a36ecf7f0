// Which messages are kept for later, by what they hold and by what their senders ask for.
//
// A message with a part that has a meaning of its own is worth it: a body, an invitation, something encrypted. A chat
// state is not, nor is a part that only accompanies the rest: ids, delays, hints, a thread, the mark of a room's
// private message.
//
// Spec: XEP-0160 section 3, XEP-0313 section 5.1, XEP-0334 section 4. Thread: any.
#pragma once

#include "xmpp/stanza.h"

namespace teahouse {

enum class Keeper : uint8_t {
  offline_queue,  // until the user comes back, so no-permanent-store does not concern it
  account_archive,
  room_archive,  // has no use for receipts and markers: they are one occupant's
};
// Does a message's element have no meaning of its own?
bool only_accompanies(const xml::Element& child);

// A changed subject of a room is kept whatever this says.
bool is_worth_keeping(const Stanza& message, Keeper keeper);

}  // namespace teahouse
