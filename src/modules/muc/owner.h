// The muc#owner protocol: the room's configuration, and its end.
//
// Spec: XEP-0045 sections 10.1, 10.2, 10.9.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/muc/config_form.h"
#include "modules/muc/room.h"
#include "xml/document.h"

namespace teahouse::muc {

// `query` is the iq's <query xmlns='…muc#owner'/>.
void read_config_form(Room& room, const Stanza& stanza);
void handle_owner_set(Room& room, const Stanza& stanza, const xml::Element& query);

// Takes over the new configuration and owners: stored (also what made the room, when it was locked), and told to the
// room. REQUIRES: allowed, and there is space for the affiliations.
void apply_config(Room& room, const ConfigChange& change);

// Tells the occupants what has changed of the room, by status codes.
void send_changes(Room& room, const std::vector<int>& codes);

struct Destruction {
  std::string alternate, password, reason;  // empty: absent
};
// Everybody out, everything removed; the service forgets the room when the work at hand is done.
void destroy(Room& room, const Destruction& destruction);

}  // namespace teahouse::muc
