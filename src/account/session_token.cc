#include "account/session_token.h"

#include "account/site_token_claims.h"
#include "account/user_id.h"

namespace teahouse {

Result<SessionToken> make_session_token(const Tenant& tenant, const Keys& keys, const Account& account,
                                        int64_t now_ms) {
  if (tenant.device_days == 0) {
    return Error{ErrorKind::forbidden, "This site gives its users' tokens itself: its device_days are 0."};
  }
  if (account.user_id.empty() || is_guest_id(account.user_id)) {
    return Error{ErrorKind::forbidden, "Such tokens are for users whom the site has named by a token of its own."};
  }
  const auto secrets = keys.signing.list(tenant.id);
  if (secrets.empty()) return Error{ErrorKind::conflict, "This site has no signing secret."};
  const SiteTokenClaims claims{.iss = tenant.site_id,
                               .sub = account.user_id,
                               .exp_s = now_ms / 1000 + session_token_s,
                               .session = account.incarnation};
  return SessionToken{sign_claims(claims, secrets.front()), claims.exp_s * 1000};
}

}  // namespace teahouse
