// Signing in with a site token: the JWT that a webmaster's page makes for its own user.
//
// Spec: RFC 7519 (HS256 only); claims iss (site id), sub (the site's user id), exp, optional name, picture, role,
// rooms; guest in those that the server makes itself, whose ids begin with guest_id_prefix: a site's have neither; a
// mark in those that the server makes for sessions (session_token.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/accounts.h"
#include "base/result.h"
#include "tenant/keys.h"

namespace teahouse {

struct SignedInUser {
  std::string user_id;    // sub, as the site knows it
  std::string localpart;  // localpart_of_user(sub); once signed in, the account's
  AccountChange details;  // of the claims name, picture and role: those that are there
  std::vector<std::string> rooms;
  int64_t expires_ms = 0;
  bool is_guest = false;
  int64_t incarnation = 0;  // of the account; set by sign_in
  int64_t signer = 0;       // the number of the signing secret
  bool of_session = false;  // good for calls of the API alone: nobody logs in by it
};

// The token in a text that a page or a client gives as one: alone or as {"token": "..."}, as pages print it: with white
// space or line breaks in it, in quotes, behind a byte order mark. Empty for a text that does not look like a token: a
// password, a key.
std::string find_site_token(std::string_view text);

// Checks the token against the tenant's signing secrets; whether the tenant is suspended is the caller's to ask.
// Errors: not_authorized, with a sentence that a webmaster understands.
Result<SignedInUser> check_site_token(const Tenant& tenant, const Keys& keys, std::string_view token, int64_t now_ms);

// How long after its end a guest's token still makes a new one. Then nobody can be that guest any more: it expires.
inline constexpr int64_t guest_renewal_s = 30LL * 24 * 3600;

// The error for a good token of an account that is disabled; sign_in() has no other forbidden.
Error disabled_account();  // forbidden

// The same (and not_authorized for another spelling of a user who is known; disabled_account()), and makes or updates
// the account from the claims (upsert; absent claims leave what is there). A guest's claims only make it: a name that
// the guest chose since then stays.
Task<Result<SignedInUser>> sign_in(Executor& home, Accounts& accounts, TenantPtr tenant, const Keys& keys,
                                   std::string token, int64_t now_ms);

}  // namespace teahouse
