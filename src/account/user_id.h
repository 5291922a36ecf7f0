// User ids: how a site names its users, and the localpart that each id has here. Ids of rooms are read the same way.
//
// "42" is "42", "Ann Lee" is "ann\20lee" (XEP-0106), and an id that can be no localpart is written byte by byte behind
// '=': "m²" is "=m=c2=b2". Ids that a localpart's preparation makes equal (RFC 7622: case, width, canonical form) are
// spellings of one id; of those an account keeps the first (AccountChange::user_id). No other two ids have one
// localpart: see user_id.cc. Where an id's localpart is the form that older clients make of somebody else's (Aliases),
// the id is spelt out whole, byte by byte, as "==67=72=6f=73=73".
//
// Thread: any. Limits: a localpart's 1023 bytes, which 64 characters never reach.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse {

struct Tenant;

// Errors: bad_request for an id that is empty or blank, no UTF-8 or too long.
Result<std::string> localpart_of_user_id(std::string_view user_id);

// The same, of a user of this tenant, where somebody else's name may stand in the way.
Result<std::string> localpart_of_user(const Tenant& tenant, std::string_view user_id);
// The id that has this localpart, spelt out; nothing where the localpart is that already, or it would be too long.
std::optional<std::string> spell_out_id(std::string_view localpart);

// The id that has this localpart, in the one spelling that is in normal form. Its localpart_of_user_id() is always this
// localpart again, if a site can have made it.
std::string user_id_of(std::string_view localpart);

// The same, as this tenant's site spells it (AccountChange::user_id), if it has named the user.
std::string user_id_at(const Tenant& tenant, std::string_view localpart);

// The beginning of a guest's user id. The server makes such ids, for accounts that expire, and nobody else has one.
inline constexpr std::string_view guest_id_prefix = "guest-";
bool is_guest_id(std::string_view user_id);  // in any spelling

}  // namespace teahouse
