// Calls of the widget from a visitor's page, where nobody has a key: for facts about the site, and a token for a guest.
#include "account/site_token_claims.h"
#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "base/random.h"
#include "files/files.h"
#include "tenant/names.h"
#include "tenant/origin.h"

#include <boost/json/parse.hpp>

namespace teahouse::api {
namespace {

constexpr int64_t guest_token_s = 24 * 3600;
constexpr size_t name_characters_max = 128;  // as in a site token

Error no_such_site(const ApiCall& call) {
  if (is_secret(call.path("site"))) return exposed_secret();
  return {ErrorKind::item_not_found,
          "There is no site of this id. Take data-site from the panel; it begins with \"pk_\"."};
}

Refusal refuse_page(const Tenant& tenant, const std::string* origin) {
  const std::string page = origin ? "Pages of " + origin->substr(0, 255) + " are" : "Who sends no Origin is";
  return {
      403, "origin-not-allowed",
      page + " not allowed here. The owner of " + tenant.domain() + " can add the page's origin to the allowed ones."};
}

std::string make_guest_id() {
  static constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string id(guest_id_prefix);
  uint64_t chance = random_u64();
  for (int i = 0; i < 8; ++i, chance /= characters.size()) id += characters[chance % characters.size()];
  return id;
}

// The guest whose token this is, also when it ran out not too long ago. It is verified as of then.
Result<SiteTokenClaims> read_old_token(const Keys& keys, const Tenant& tenant, const std::string& token,
                                       int64_t now_s) {
  const auto secrets = keys.signing.list(tenant.id);
  auto claims = verify_claims(token, secrets, now_s - guest_renewal_s);
  if (!claims) return Error{ErrorKind::not_authorized, claims.error().text};
  if (claims->iss != tenant.site_id || !claims->guest) {
    return Error{ErrorKind::not_authorized, "This token is not one of a guest of this site."};
  }
  return claims;
}

// The claims of the token to come: of a guest who was here before, the same with the name that they have now.
Task<Result<SiteTokenClaims>> make_claims(ApiContext& api, TenantPtr tenant, std::string old_token,
                                          std::optional<std::string> name) {
  SiteTokenClaims claims;
  claims.guest = true;
  claims.sub = make_guest_id();
  // The widget knows this form, and says it in the user's language (web/widget/src/ui/names.ts).
  claims.name = "Guest " + std::to_string(1000 + random_u64() % 9000);
  const int64_t now_s = api.home.clock().wall_ms() / 1000;
  if (!old_token.empty()) {
    auto old = read_old_token(api.shared().keys, *tenant, old_token, now_s);
    if (!old) co_return old.error();
    claims.sub = old->sub;
    claims.name = old->name;
    const auto localpart = localpart_of_user(*tenant, claims.sub);
    if (!localpart) co_return localpart.error();
    const auto account = co_await api.shared().accounts.find(api.loop(), tenant, *localpart);
    if (!account && account.error().kind != ErrorKind::item_not_found) co_return account.error();
    if (account && !account->name.empty()) claims.name = account->name;
  }
  if (name && !name->empty()) claims.name = *name;
  claims.iss = tenant->site_id;
  claims.exp_s = now_s + guest_token_s;
  co_return claims;
}

Task<Outcome> make_guest_token(ApiContext& api, TenantPtr tenant, std::string old_token,
                               std::optional<std::string> name) {
  const auto claims = co_await make_claims(api, tenant, std::move(old_token), std::move(name));
  if (!claims) co_return claims.error();
  const auto secrets = api.shared().keys.signing.list(tenant->id);
  if (secrets.empty())
    co_return Error{ErrorKind::conflict, "This site has no signing secret, so it can have no guests."};
  const std::string token = sign_claims(*claims, secrets.front());
  const auto checked = check_site_token(*tenant, api.shared().keys, token, api.home.clock().wall_ms());
  if (!checked) co_return Error{ErrorKind::bad_request, checked.error().text};
  co_return make_answer(201, {{"user", claims->sub}, {"token", token}, {"expires", claims->exp_s}}, token);
}

// A site may go without the module, whatever hosts it has.
bool is_served(ApiContext& api, const Tenant& tenant, HostKind kind) {
  const HostPtr host = api.home.hosts().find(tenant.domain_of(kind));
  return host && api.home.hooks().find_service(*host);
}

}  // namespace

Task<Outcome> get_widget(ApiContext& api, ApiCall call) {
  const TenantPtr tenant = find_claimed_tenant(api, call.request, {});
  if (!tenant) co_return no_such_site(call);
  const std::string* origin = call.request.headers.find("Origin");
  if (origin && !is_origin_allowed(*tenant, *origin)) co_return refuse_page(*tenant, origin);
  if (origin) co_await FirstSteps::mark(api.steps, api.loop(), tenant->id, FirstStep::widget);
  JsonObject object = {{"site", tenant->site_id},
                       {"name", tenant->title},
                       {"domain", tenant->domain()},
                       {"rooms", to_json(tenant->domain_of(HostKind::rooms))},
                       {"websocket", api.websocket_url},
                       {"guests", tenant->guests_allowed && !tenant->suspended},
                       {"time", format_time(api.home.clock().wall_ms())}};
  const HostPtr accounts = api.home.hosts().find(tenant->domain());
  const CallRules calls = accounts && api.calls ? api.calls->rules(*accounts) : CallRules{};
  object["calls"] = calls.media == CallMedia::video ? "video" : calls.media == CallMedia::audio ? "audio" : "off";
  object["guests_call"] = calls.guests_call;
  if (is_served(api, *tenant, HostKind::rooms)) object["lobby"] = std::string(lobby_room);
  if (is_served(api, *tenant, HostKind::upload)) {
    const std::string_view host = tenant->domain_of(HostKind::upload);
    object["upload"] = host;
    object["files"] = api.shared().files->place_of(host);
    object["file_bytes"] = tenant->limits().file_bytes;
  }
  if (!tenant->theme.empty()) {
    boost::json::error_code failed;
    auto theme = boost::json::parse(tenant->theme, failed);
    if (!failed) object["theme"] = std::move(theme);
  }
  if (tenant->suspended) object["notice"] = JsonObject{{"kind", "suspended"}, {"text", tenant->suspend_reason}};
  co_return make_answer(200, object);
}

Task<Outcome> make_guest(ApiContext& api, ApiCall call) {
  const TenantPtr tenant = find_claimed_tenant(api, call.request, {});
  if (!tenant) co_return no_such_site(call);
  const std::string* origin = call.request.headers.find("Origin");
  const bool is_ours = origin && *origin == api.http_origin;  // the panel, which shows the chat as it will be
  if (!is_ours && !is_origin_allowed(*tenant, origin ? std::string_view(*origin) : std::string_view())) {
    co_return refuse_page(*tenant, origin);
  }
  if (tenant->suspended) co_return refuse_suspended(*tenant);
  if (!tenant->guests_allowed) {
    co_return Refusal{403, "guests-off",
                      "Only signed-in users can chat on this site: its owner has not allowed guests."};
  }
  const int64_t wait_s =
      api.shared().limits.take_guest(tenant->id, call.request.peer_address, tenant->limits().guests_per_h);
  if (wait_s != 0) {
    co_return refuse_for_now(
        "Too many guests have come from your network lately. Try again in " + std::to_string(wait_s) + " s.", wait_s);
  }
  auto name = call.fields.optional_text("name");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (name) {
    auto shown = parse_person_name("The field 'name'", *name, name_characters_max);
    if (!shown) co_return shown.error();
    name = std::move(*shown);
  }
  auto outcome = co_await make_guest_token(api, tenant, std::move(call.credential), std::move(name));
  co_return outcome;
}

}  // namespace teahouse::api
