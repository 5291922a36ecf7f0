// How users, rooms and the site itself are named in calls: "user:42", "room:news", "site", and the accounts behind
// them.
#pragma once

#include <string>
#include <string_view>

#include "api/api_call.h"
#include "server/rooms.h"
#include "xmpp/jid.h"

namespace teahouse::api {

struct Party {
  enum class Kind { user, room, site, other } kind = Kind::site;
  std::string id;  // of a user or room, as the site has it; an address for another
};
// Errors: bad_request, naming the field.
Result<Party> parse_party(std::string_view field, std::string_view text);
// "user:42", "room:news" and "site" for addresses of this tenant; others as they are.
std::string party_of(const Tenant& tenant, const BareJid& jid);
// The address of a party. Errors: bad_request for one that can have none.
Result<BareJid> party_jid(const Tenant& tenant, const Party& party);

// The account's address; its localpart is prepared.
BareJid account_jid(const Tenant& tenant, std::string_view localpart);

// The standing in a room of the user of the call's token, as in Room::affiliation_of: banned (forbidden); a member or
// more, as the tenant's staff are everywhere. REQUIRES: a token.
Result<void> check_not_banned(const ApiCall& call, const RoomInfo& room);
bool is_member(const ApiCall& call, const RoomInfo& room);

// The localpart of a user id (the user need not exist); with a user's token it must be the user's own.
Result<std::string> read_own_user(const ApiCall& call, std::string_view id);
// May an account be made of this id? Errors: bad_request for one that is longer than a token's may be: nobody could
// sign in as that user.
Result<void> check_new_user_id(std::string_view id);
// The account of a user id, with a sentence for a webmaster when it is not there, or is spelt otherwise by the site
// (AccountChange::user_id). REQUIRES: the id has a localpart.
Task<Result<Account>> load_user(ApiContext& api, TenantPtr tenant, std::string user_id);
// The same, but a caller with a key may name a user who was never here: the account is made.
Task<Result<Account>> load_or_make_user(ApiContext& api, ApiCall call, std::string user_id);

}  // namespace teahouse::api
