// Session tokens: site tokens that the server itself makes for a session of one of a site's users, so that a client
// that came back without a token of the site (devices.h) may call the API as the user.
//
// Thread: any.
// Limits: good for five minutes; for calls of the API alone, and for nobody but the account of that incarnation.
#pragma once

#include <string>

#include "account/accounts.h"
#include "tenant/keys.h"

namespace teahouse {

inline constexpr int64_t session_token_s = 5LL * 60;

struct SessionToken {
  std::string token;
  int64_t expires_ms = 0;
};
// Errors: forbidden for an account that is no user of the site's own (a guest has a token, and an account that only
// XMPP clients use is nobody that the API knows), and where site tokens lead to no device tokens (Tenant::device_days);
// conflict for a site without a signing secret.
Result<SessionToken> make_session_token(const Tenant& tenant, const Keys& keys, const Account& account, int64_t now_ms);

}  // namespace teahouse
