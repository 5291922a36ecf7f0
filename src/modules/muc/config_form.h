// The room configuration form: a RoomConfig as a data form, and a submitted form as a change.
//
// Spec: XEP-0045 sections 10.1.3, 10.2, 16.5.3 (muc#roomconfig).
// Errors: bad_request for a form of another kind, not_acceptable (with the field's name) for a value that cannot be.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "modules/muc/config.h"
#include "xmpp/data_form.h"
#include "xmpp/jid.h"

namespace teahouse::muc {

inline constexpr char roomconfig_form[] = "http://jabber.org/protocol/muc#roomconfig";

struct ConfigChange {
  RoomConfig config;
  std::optional<std::vector<BareJid>> owners, admins;  // whole lists, where they were submitted
};

DataForm make_config_form(const RoomConfig& config, const std::vector<BareJid>& owners,
                          const std::vector<BareJid>& admins);

// Fields that are absent or unknown change nothing.
Result<ConfigChange> parse_config_form(const DataForm& form, const RoomConfig& current);

}  // namespace teahouse::muc
