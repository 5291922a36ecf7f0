// History: the last messages, for a session that enters.
//
// Spec: XEP-0045 sections 7.2.13 and 7.2.14, XEP-0203.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// All hold together; the newest messages that they allow are sent, oldest first.
struct HistoryRequest {
  size_t stanzas_max = 0;
  size_t chars_max = std::numeric_limits<size_t>::max();  // of whole stanzas
  std::optional<int64_t> since_ms;
};

// Reads the <history/> that the client sent, if it did. A number that cannot be read counts as not said; `unasked`: so
// many messages a client gets that says nothing.
HistoryRequest parse_history(const std::optional<xml::Element>& history, const RoomConfig& config, size_t unasked,
                             int64_t now_ms);

// Takes its place in the room's line now; the archive is read meanwhile.
void send_history(Room& room, const FullJid& session, const HistoryRequest& request);

}  // namespace teahouse::muc
