// Hats: titles that a room's owners make, and give to users, who wear them in its presence.
//
// Limits: hats_max in one room, wearers_max users, worn_max on one of them; hat_uri_bytes_max, hat_title_bytes_max.
// Errors: bad_request for a hat that is none; resource_constraint.
// Spec: XEP-0317.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xmpp/jid.h"

namespace teahouse::muc {

inline constexpr size_t hats_max = 50, wearers_max = 1000, worn_max = 8;
inline constexpr size_t hat_uri_bytes_max = 300, hat_title_bytes_max = 100;

struct Hat {
  std::string title;
  std::string hue;  // an angle in degrees (XEP-0392), as it was written; empty: none
};

using HatUris = std::set<std::string>;

struct Hats {
  std::map<std::string, Hat> made;  // by URI
  std::map<BareJid, HatUris> worn;  // of each of these some are made

  // Those of the user; null: none.
  const HatUris* find_worn(const BareJid& user) const;
  // <hats/>, as the user's presence has it; empty where the user wears none.
  std::string write_worn(const BareJid& user) const;
  // Another one whenever a hat comes, changes or goes.
  std::string hash() const;
};

Result<void> check_hat(std::string_view uri, const Hat& hat);

}  // namespace teahouse::muc
