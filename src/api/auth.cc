#include "api/auth.h"

#include "account/site_token_claims.h"
#include "api/panel_session.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "tenant/origin.h"
#include "xmpp/jid.h"

namespace teahouse::api {
namespace {

// Has it the three parts of one, or looks as if it were one?
bool is_token(std::string_view credential) {
  return std::count(credential.begin(), credential.end(), '.') == 2 || !find_site_token(credential).empty();
}
bool is_api_key(std::string_view credential) { return credential.starts_with("sk_"); }
bool is_reseller_key(std::string_view credential) { return credential.starts_with("rk_"); }
bool is_session(std::string_view credential) { return credential.starts_with("ps_"); }

// Why a token names no site here.
std::string describe_issuer(std::string_view token) {
  const auto issuer = peek_issuer(token);
  if (!issuer) return issuer.error().text;
  if (is_secret(*issuer)) return exposed_secret().text;
  return "This token's \"iss\" is the id of no site here: give the site id (pk_...) that your signing secret came "
         "with.";
}

// The value of a parameter that this call knows is its own affair: a cursor is a user's id, which may begin as keys do.
bool has_key_in_url(const Endpoint& endpoint, const http::Form& query) {
  const auto& known = endpoint.parameters;
  return std::any_of(query.fields().begin(), query.fields().end(), [&known](const auto& field) {
    const auto& [name, value] = field;
    if (std::find(known.begin(), known.end(), name) != known.end()) return false;
    return name == "key" || name == "token" || name == "api_key" || name == "access_token" || is_api_key(value) ||
           value.starts_with("ss_") || is_reseller_key(value) || is_session(value);
  });
}

Result<std::string> read_authorization(std::string_view header) {
  const size_t space = std::min(header.find(' '), header.size());
  const std::string_view scheme = header.substr(0, space);
  const std::string_view rest = http::trim(header.substr(space));
  if (http::equal_ignoring_case(scheme, "Bearer")) return std::string(rest);
  if (!http::equal_ignoring_case(scheme, "Basic")) {
    return bad_request(
        "The header Authorization must be \"Bearer\" and the key, or Basic with the key as the user name.");
  }
  const auto pair = crypto::parse_base64(rest);
  if (!pair) return bad_request("The header Authorization says Basic, but no base64 follows.");
  return pair->substr(0, pair->find(':'));
}

Refusal refuse_origin(const Tenant& tenant, std::string_view origin) {
  return {403, "origin-not-allowed",
          "Pages of " + std::string(origin.substr(0, 255)) + " may not use this chat. The owner of " + tenant.domain() +
              " can add it to the allowed origins."};
}

std::optional<Outcome> check_tenant(ApiContext& api, const Tenant& tenant) {
  if (tenant.suspended) return Outcome(refuse_suspended(tenant));
  const int64_t limit = tenant.limits().api_calls_per_min;
  const int64_t wait_s = api.shared().limits.take_call(tenant.id, limit);
  if (wait_s == 0) return std::nullopt;
  return Outcome(refuse_for_now("This site's plan allows " + std::to_string(limit) +
                                    " API calls a minute, and they are used up. " + "Try again in " +
                                    std::to_string(wait_s) + " s, or take a larger plan.",
                                wait_s));
}

}  // namespace

Refusal refuse_suspended(const Tenant& tenant) {
  return {403, "tenant-suspended",
          "The chat of " + tenant.domain() + " is suspended" +
              (tenant.suspend_reason.empty() ? "." : ": " + tenant.suspend_reason)};
}

Refusal refuse_suspended(const Reseller& reseller) {
  return {403, "reseller-suspended",
          "The reseller '" + reseller.name + "' is suspended" +
              (reseller.suspend_reason.empty() ? "." : ": " + reseller.suspend_reason)};
}

Refusal refuse_disabled() { return {403, "account-disabled", disabled_account().text}; }

Refusal refuse_calls_off(const Tenant& tenant) {
  return {403, "calls-off", "Calls are switched off at " + tenant.domain() + " (its option jingle.calls)."};
}

Refusal refuse_for_now(std::string text, int64_t retry_after_s) {
  return {429, "too-many-requests", std::move(text), retry_after_s};
}

Result<std::string> find_credential(const Endpoint& endpoint, const http::Request& request, const http::Form& query,
                                    Fields& fields) {
  if (has_key_in_url(endpoint, query)) {
    return bad_request(
        "A key or token never belongs in a URL: it would stay in logs and in the browser's history. Send it as the "
        "header "
        "\"Authorization: Bearer ...\" or as the form field \"key\", and revoke one that has stood in a URL.");
  }
  Result<std::string> shown = fields.take("key");
  if (const std::string* header = request.headers.find("Authorization")) shown = read_authorization(*header);
  if (!shown) return shown;
  if (shown->empty()) *shown = find_panel_session(request);
  const std::string token = find_site_token(*shown);
  if (!token.empty()) return token;
  std::erase_if(*shown, [](char c) { return c == '\r' || c == '\n'; });  // as the file ends that it was read from
  return shown;
}

TenantPtr find_claimed_tenant(const ApiContext& api, const http::Request& request, std::string_view credential) {
  std::string site = request.capture("site");
  if (site.empty()) {
    const auto issuer = peek_issuer(credential);
    if (issuer) site = *issuer;
  }
  if (site.empty()) return nullptr;
  const HostPtr host = api.home.hosts().find_site(site);
  return host ? host->tenant : nullptr;
}

Result<Principal> identify(const Endpoint& endpoint, const ApiContext& api, const http::Request& request,
                           const std::string& credential) {
  if (credential.empty()) return Principal{};
  if (crypto::constant_time_equal(crypto::hash_key(credential), api.operator_key_hash)) return Principal{by_operator};
  if (is_session(credential)) {
    const auto found = api.persons.find_session(credential);
    if (!found) return not_authorized("This session has ended. Sign in again.");
    Principal by{by_person};
    by.person = found->person;
    by.session = found->session;
    return by;
  }
  if (is_reseller_key(credential)) {
    Principal by{by_reseller};
    by.reseller = api.tenants.resellers().directory().find_by_key(credential);
    if (by.reseller) return by;
    return not_authorized("This reseller's key is not known. It may have been revoked; ask the operator for another.");
  }
  if (is_api_key(credential)) {
    const auto id = api.shared().keys.api.find(credential);
    const TenantPtr tenant = id ? api.tenants.find(*id) : nullptr;
    if (tenant) return Principal{by_owner, tenant};
    return not_authorized(
        "This API key is not known. It may have been revoked; make a new one and put it in its place.");
  }
  if (!is_token(credential)) {
    return not_authorized("What was sent is no key or token that is known here. This call needs " +
                          describe(endpoint.kinds) + ".");
  }
  const TenantPtr tenant = find_claimed_tenant(api, request, credential);
  if (!tenant) return not_authorized(describe_issuer(credential));
  auto user = check_site_token(*tenant, api.shared().keys, credential, api.home.clock().wall_ms());
  if (!user) return user.error();
  return Principal{by_user, tenant, std::move(*user)};
}

Subject find_subject(const ApiContext& api, const ApiCall& call) {
  const Resellers& resellers = api.tenants.resellers();
  Subject subject;
  if (const std::string& reseller = call.path("reseller"); !reseller.empty()) {
    subject.reseller = resellers.directory().find(reseller);
  } else if (const std::string& name = call.path("name"); !name.empty()) {
    subject.tenant = api.tenants.find(name);
    if (subject.tenant) subject.reseller = resellers.directory().reseller_of(subject.tenant->id);
  } else {
    subject.tenant = call.by.tenant;
  }
  return subject;
}

Result<void> check_subject(const Endpoint& endpoint, const ApiCall& call, const Subject& subject) {
  const std::string &reseller = call.path("reseller"), &name = call.path("name");
  if (!reseller.empty()) return subject.reseller ? Result<void>() : no_reseller(reseller);
  if (name.empty()) return {};
  if (!subject.tenant) return no_tenant(name);
  if (!subject.tenant->being_removed || endpoint.ends_removal || endpoint.its_effect() == Effect::reads) return {};
  return Error{ErrorKind::conflict, "The tenant '" + name + "' is being removed: nothing of it can be changed."};
}

Task<std::optional<Outcome>> admit(ApiContext& api, ApiCall& call, std::string credential) {
  if (call.by.reseller && call.by.reseller->suspended) co_return Outcome(refuse_suspended(*call.by.reseller));
  if (!call.by.tenant) co_return std::nullopt;
  const TenantPtr tenant = call.by.tenant;
  if (auto refused = check_tenant(api, *tenant)) co_return refused;
  tenant->meter->usage.add(Used::api_calls);
  if (call.by.kind != by_user) co_return std::nullopt;
  const std::string* origin = call.request.headers.find("Origin");
  if (origin && *origin != api.http_origin && !is_origin_allowed(*tenant, *origin))
    co_return Outcome(refuse_origin(*tenant, *origin));
  auto user = co_await sign_in(api.loop(), api.shared().accounts, tenant, api.shared().keys, std::move(credential),
                               api.home.clock().wall_ms());
  if (!user && user.error().kind == ErrorKind::forbidden) co_return Outcome(refuse_disabled());
  if (!user) co_return Outcome(user.error());
  call.by.user = std::move(*user);
  call.by.user->user_id = user_id_at(*tenant, call.by.user->localpart);  // the one spelling
  co_return std::nullopt;
}

}  // namespace teahouse::api
