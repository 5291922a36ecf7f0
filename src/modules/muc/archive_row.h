// Archive rows of a room: a message as it is kept, and a kept one as a stanza again.
//
// A row holds the message as occupants got it (from the occupant's address, with its occupant-id), but for `to` and
// stanza-id.
#pragma once

#include "store/arrival_order.h"
#include "store/stores.h"
#include "xmpp/stanza.h"

namespace teahouse::muc {

// `from` is the occupant's address; `sender` the real bare JID behind it.
store::ArchiveRow make_row(const store::Arrival& arrival, const Stanza& message, std::string_view sender);
// Errors: internal_server_error for a row that cannot be read.
Result<Stanza> read_row(const store::ArchiveRow& row);

}  // namespace teahouse::muc
