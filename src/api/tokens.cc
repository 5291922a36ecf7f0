// Site tokens for those who cannot sign one themselves (classic ASP, a shell script).
#include "account/site_token_claims.h"
#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

constexpr int64_t ttl_s = 3600, ttl_s_min = 60, ttl_s_max = 24 * 3600;

}  // namespace

Task<Outcome> make_token(ApiContext& api, ApiCall call) {
  SiteTokenClaims claims;
  claims.iss = call.tenant->site_id;
  claims.sub = call.fields.text("user");
  claims.name = call.fields.optional_text("name").value_or("");
  claims.picture = call.fields.optional_text("picture").value_or("");
  claims.role = call.fields.optional_text("role").value_or("");
  claims.rooms = call.fields.list("rooms").value_or(claims.rooms);
  const int64_t lifetime_s = call.fields.number("ttl").value_or(ttl_s);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (lifetime_s < ttl_s_min || lifetime_s > ttl_s_max) {
    co_return Error{ErrorKind::bad_request, "The field 'ttl' must be from 60 seconds to 86400 (a day)."};
  }
  const int64_t now_ms = api.home.clock().wall_ms();
  claims.exp_s = now_ms / 1000 + lifetime_s;
  const auto secrets = api.shared().keys.signing.list(call.tenant->id);
  if (secrets.empty()) {
    co_return Error{ErrorKind::conflict, "This site has no signing secret. POST /v1/signing-secrets makes one."};
  }
  const std::string token = sign_claims(claims, secrets.front());
  // A token that would be refused at its first use is refused now, in the same words.
  const auto checked = check_site_token(*call.tenant, api.shared().keys, token, now_ms);
  if (!checked) co_return Error{ErrorKind::bad_request, checked.error().text};
  const auto place = co_await api.shared().accounts.find_place(api.loop(), call.tenant, checked->localpart);
  if (!place) co_return place.error();
  const auto known = co_await api.shared().accounts.find(api.loop(), call.tenant, *place);
  if (!known && known.error().kind != ErrorKind::item_not_found) co_return known.error();
  if (known && !known->user_id.empty() && known->user_id != claims.sub) {
    co_return other_spelling(claims.sub, known->user_id);
  }
  if (known && known->disabled) co_return refuse_disabled();
  co_return make_answer(201,
                        {{"token", token},
                         {"user", claims.sub},
                         {"jid", *place + "@" + call.tenant->domain()},
                         {"expires", claims.exp_s}},
                        token);
}

}  // namespace teahouse::api
