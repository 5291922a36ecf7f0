// Site tokens for those who cannot sign one themselves (classic ASP, a shell script), and what is wrong with one that a
// site has signed.
#include "account/site_token_claims.h"
#include "account/site_token_steps.h"
#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "tenant/origin.h"

namespace teahouse::api {
namespace {

constexpr int64_t ttl_s = 3600, ttl_s_min = 60, ttl_s_max = 24 * 3600;

// `told`: what is wrong.
JsonObject show_step(std::string_view name, std::optional<bool> good, const std::string& told) {
  JsonObject row = {{"step", to_json(name)}, {"state", !good ? "unknown" : *good ? "good" : "wrong"}};
  if (!told.empty()) row["told"] = told;
  return row;
}

// The account that the token is for, as sign_in() would take it. Nothing is made.
Task<Result<JsonObject>> check_account(ApiContext& api, TenantPtr tenant, std::string localpart, std::string user) {
  const auto place = co_await api.shared().accounts.find_place(api.loop(), tenant, localpart);
  if (!place) co_return place.error();
  const auto known = co_await api.shared().accounts.find(api.loop(), tenant, *place);
  if (!known && known.error().kind != ErrorKind::item_not_found) co_return known.error();
  if (known && !known->user_id.empty() && known->user_id != user) {
    co_return show_step("account", false, other_spelling(user, known->user_id).text);
  }
  if (known && known->disabled) co_return show_step("account", false, refuse_disabled().text);
  JsonObject row = show_step("account", true, {});
  row["known"] = known.has_value();
  co_return row;
}

JsonObject check_page(const Tenant& tenant, const std::string& origin) {
  const bool is_good = is_origin_allowed(tenant, origin);
  return show_step("origin", is_good,
                   is_good ? std::string()
                           : "Pages of this origin may not use the chat: add it to the site's origins, as "
                             "https://shop.example, without a path.");
}

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

Task<Outcome> check_token(ApiContext& api, ApiCall call) {
  const std::string token = call.fields.text("token");
  const std::string origin = call.fields.optional_text("origin").value_or("");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const ExplainedToken explained =
      explain_site_token(*call.tenant, api.shared().keys, token, api.home.clock().wall_ms());
  JsonArray steps;
  for (const CheckedStep& each : explained.steps) {
    steps.push_back(show_step(token_step_names[static_cast<size_t>(each.step)], each.good, each.told));
  }
  bool is_good = explained.good;
  if (explained.localpart) {
    auto account = co_await check_account(api, call.tenant, *explained.localpart, *explained.user);
    if (!account) co_return account.error();
    is_good = is_good && account->at("state") == "good";
    steps.push_back(std::move(*account));
  } else {
    steps.push_back(show_step("account", std::nullopt, {}));
  }
  if (!origin.empty()) {
    steps.push_back(check_page(*call.tenant, origin));
    is_good = is_good && is_origin_allowed(*call.tenant, origin);
  }
  JsonObject object = {{"good", is_good}, {"steps", std::move(steps)}};
  if (explained.user) object["user"] = *explained.user;
  if (explained.expires_s) object["expires"] = *explained.expires_s;
  if (explained.signer) object["secret"] = *explained.signer == 0 ? "newest" : "before";
  co_return make_answer(200, object);
}

}  // namespace teahouse::api
