// Calls that a site arranges between two of its users, and the page that their links open (modules/call_page).
#include "account/site_token_claims.h"
#include "api/arranged_calls.h"
#include "api/auth.h"
#include "api/handlers.h"
#include "api/idempotency.h"
#include "api/json.h"
#include "api/names.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "server/pages.h"
#include "xmpp/date_time.h"

namespace teahouse::api {
namespace {

constexpr int64_t token_s = 2LL * 3600;  // so long the page comes back to the call when its connection was lost
constexpr size_t id_characters = 22;

CallRules rules_of(const ApiContext& api, const Tenant& tenant) {
  const HostPtr host = api.home.hosts().find(tenant.domain());
  return host && api.calls ? api.calls->rules(*host) : CallRules{CallMedia::off};
}

JsonObject show(const Tenant& tenant, const ArrangedCall& call) {
  JsonArray users;
  for (const ArrangedCall::Party& party : call.parties) {
    JsonObject user = {{"user", user_id_at(tenant, party.localpart)}};
    if (party.joined_ms != 0) user["joined"] = format_time(party.joined_ms);
    users.push_back(std::move(user));
  }
  JsonObject object = {{"id", call.id},
                       {"video", call.has_video},
                       {"created", format_time(call.created_ms)},
                       {"expires", format_time(call.expires_ms)},
                       {"users", std::move(users)}};
  if (call.ended_ms != 0) object["ended"] = format_time(call.ended_ms);
  return object;
}

// One of a tenant's calls is changed by one request at a time.
class Alone {
 public:
  Alone(ApiContext& api, const Tenant& tenant, std::string_view id)
      : records_(api.idempotency),
        name_(IdempotencyRecords::make_name(tenant.id, "arranged call", id)),
        is_entered_(records_.enter(name_)) {}
  Alone(const Alone&) = delete;
  ~Alone() {
    if (is_entered_) records_.leave(name_);
  }
  bool is_entered() const { return is_entered_; }

 private:
  IdempotencyRecords& records_;
  const IdempotencyRecords::Name name_;
  const bool is_entered_;
};

// The two, who are there or are made now, as by a message of the site's.
Task<Result<std::vector<ArrangedCall::Party>>> find_parties(ApiContext& api, ApiCall call,
                                                            std::vector<std::string> users, bool guests_call) {
  if (users.size() != 2) co_return bad_request("The field 'users' must name two users: whom the call is between.");
  std::vector<ArrangedCall::Party> parties;
  for (const std::string& user : users) {
    const auto localpart = localpart_of_user(*call.tenant, user);
    if (!localpart) co_return localpart.error();
    if (is_guest_id(user) && !guests_call) {
      co_return bad_request("The user '" + user +
                            "' is a guest, and guests can't call here (the option jingle.guests_call).");
    }
    auto loading = load_or_make_user(api, call, user);
    const auto account = co_await loading;
    if (!account) co_return account.error();
    if (account->disabled) co_return bad_request("The user '" + user + "' is disabled.");
    parties.push_back({account->localpart, account->incarnation, {}, 0});
  }
  if (parties[0].localpart == parties[1].localpart) co_return bad_request("The field 'users' names one user twice.");
  co_return parties;
}

// A link as its page shows it, found good: whose it is, and the account of the other.
struct Opened {
  ArrangedCall call;
  size_t own = 0;
  Account account, other;
};

Refusal gone(std::string code, std::string text) { return {410, std::move(code), std::move(text)}; }

Outcome unknown_link() {
  return Refusal{404, "link-unknown",
                 "This link is not known here. It may have been cut short: open it as it was sent."};
}

std::optional<Refusal> refuse_over(const ArrangedCall& call, const ArrangedCall::Party& party, int64_t now_ms) {
  if (call.ended_ms != 0) return gone("call-over", "This call is over: it was taken back.");
  if (party.joined_ms != 0) return gone("link-used", "This link was used already. It opens the call once.");
  if (call.expires_ms <= now_ms) return gone("link-expired", "This link has run out. Ask for another.");
  return std::nullopt;
}

// As it stands in the address, or the whole address.
std::string read_link(Fields& fields) {
  const std::string text = fields.text("link");
  return text.substr(text.find('#') + 1);
}

struct Opening {
  std::optional<Outcome> refused;
  Opened opened = {};
};

Task<Opening> open_link(ApiContext& api, TenantPtr tenant, std::string link) {
  if (tenant->suspended) co_return Opening{refuse_suspended(*tenant)};
  if (rules_of(api, *tenant).media == CallMedia::off) co_return Opening{refuse_calls_off(*tenant)};
  auto loading = load_call(api, tenant, find_call_id(link));
  auto call = co_await loading;
  if (!call && call.error().kind != ErrorKind::item_not_found) co_return Opening{call.error()};
  if (!call) co_return Opening{unknown_link()};
  Opening opening;
  Opened& opened = opening.opened;
  opened.call = std::move(*call);
  const std::string hash = hash_call_link(link);
  auto& parties = opened.call.parties;
  while (opened.own < parties.size() && !crypto::constant_time_equal(parties[opened.own].link_hash, hash)) ++opened.own;
  if (opened.own == parties.size() || parties.size() != 2) co_return Opening{unknown_link()};
  if (auto over = refuse_over(opened.call, parties[opened.own], api.home.clock().wall_ms())) co_return Opening{*over};
  for (size_t at = 0; at < parties.size(); ++at) {
    auto finding = api.shared().accounts.find(api.loop(), tenant, parties[at].localpart);
    auto account = co_await finding;
    if (!account && account.error().kind != ErrorKind::item_not_found) co_return Opening{account.error()};
    const bool is_there = account && account->incarnation == parties[at].incarnation;
    if (!is_there) co_return Opening{gone("call-over", "This call is over: one of its two users is no more.")};
    if (account->disabled && at == opened.own) co_return Opening{refuse_disabled()};
    (at == opened.own ? opened.account : opened.other) = std::move(*account);
  }
  co_return opening;
}

JsonObject show_person(const Tenant& tenant, const Account& account) {
  JsonObject person = {{"user", user_id_at(tenant, account.localpart)},
                       {"jid", account_jid(tenant, account.localpart).str()},
                       {"name", account.name}};
  if (!account.picture.empty()) person["picture"] = account.picture;
  return person;
}

JsonObject show(const Tenant& tenant, const CallRules& rules, const Opened& opened) {
  return {{"site", tenant.site_id},
          {"title", tenant.title},
          {"user", show_person(tenant, opened.account)},
          {"with", show_person(tenant, opened.other)},
          {"video", opened.call.has_video && rules.media == CallMedia::video},
          {"expires", format_time(opened.call.expires_ms)}};
}

Result<std::string> sign_in_token(ApiContext& api, const Tenant& tenant, const Account& account) {
  const auto secrets = api.shared().keys.signing.list(tenant.id);
  if (secrets.empty()) {
    return Error{ErrorKind::conflict, "This site has no signing secret. POST /v1/signing-secrets makes one."};
  }
  SiteTokenClaims claims;
  claims.iss = tenant.site_id;
  claims.sub = user_id_at(tenant, account.localpart);
  claims.guest = is_guest_id(claims.sub);
  claims.exp_s = api.home.clock().wall_ms() / 1000 + token_s;
  std::string token = sign_claims(claims, secrets.front());
  const auto checked = check_site_token(tenant, api.shared().keys, token, api.home.clock().wall_ms());
  if (!checked) return Error{ErrorKind::bad_request, checked.error().text};
  return token;
}

}  // namespace

Task<Outcome> make_call(ApiContext& api, ApiCall call) {
  auto users = call.fields.list("users").value_or(std::vector<std::string>());
  const CallRules rules = rules_of(api, *call.tenant);
  const bool has_video = call.fields.flag("video").value_or(rules.media == CallMedia::video);
  const int64_t lasts_s = call.fields.number("lasts_s").value_or(ArrangedCall::lasts_s);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (lasts_s < ArrangedCall::lasts_s_min || lasts_s > ArrangedCall::lasts_s_max) {
    co_return bad_request("The field 'lasts_s' must be from 60 seconds to 86400 (a day).");
  }
  if (rules.media == CallMedia::off) co_return refuse_calls_off(*call.tenant);
  if (has_video && rules.media != CallMedia::video) {
    co_return Refusal{403, "calls-off", "Calls here are by voice alone (the option jingle.calls). Leave out 'video'."};
  }
  auto finding = find_parties(api, call, std::move(users), rules.guests_call);
  auto parties = co_await finding;
  if (!parties) co_return parties.error();
  auto clearing = make_room_for_call(api, call.tenant);
  const auto room = co_await clearing;
  if (!room) co_return room.error();
  const int64_t now_ms = api.home.clock().wall_ms();
  ArrangedCall made{call.effect_id.empty() ? random_token(id_characters) : call.effect_id,
                    has_video,
                    now_ms,
                    now_ms + lasts_s * 1000,
                    0,
                    std::move(*parties)};
  JsonArray links;
  for (ArrangedCall::Party& party : made.parties) {
    const std::string link = make_call_link(made.id);
    party.link_hash = hash_call_link(link);
    links.push_back(JsonObject{{"user", user_id_at(*call.tenant, party.localpart)},
                               {"url", make_call_url(api.shared(), call.tenant->domain(), link)}});
  }
  JsonObject answer = show(*call.tenant, made);
  answer["links"] = std::move(links);
  auto storing = store_call(api, call.tenant, made);
  const auto stored = co_await storing;
  if (!stored) co_return stored.error();
  co_await record(api, call.tenant->id, call.by.name(), "call.create", "call " + made.id);
  co_return make_answer(201, answer, made.id);
}

Task<Outcome> get_call(ApiContext& api, ApiCall call) {
  auto loading = load_call(api, call.tenant, call.path("id"));
  const auto found = co_await loading;
  if (!found) co_return found.error();
  co_return make_answer(200, show(*call.tenant, *found));
}

Task<Outcome> end_call(ApiContext& api, ApiCall call) {
  const Alone alone(api, *call.tenant, call.path("id"));
  if (!alone.is_entered()) co_return refuse_for_now("This call is being joined just now. Try again.", 1);
  auto loading = load_call(api, call.tenant, call.path("id"));
  auto found = co_await loading;
  if (!found) co_return found.error();
  if (found->ended_ms == 0) {
    found->ended_ms = api.home.clock().wall_ms();
    auto storing = store_call(api, call.tenant, *found);
    const auto stored = co_await storing;
    if (!stored) co_return stored.error();
    co_await record(api, call.tenant->id, call.by.name(), "call.end", "call " + found->id);
  }
  co_return make_no_content();
}

Task<Outcome> look_at_call(ApiContext& api, ApiCall call) {
  const TenantPtr tenant = find_claimed_tenant(api, call.request, {});
  if (!tenant) co_return unknown_link();
  const std::string link = read_link(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  auto opening = open_link(api, tenant, link);
  auto found = co_await opening;
  if (found.refused) co_return std::move(*found.refused);
  co_return make_answer(200, show(*tenant, rules_of(api, *tenant), found.opened));
}

Task<Outcome> join_call(ApiContext& api, ApiCall call) {
  const TenantPtr tenant = find_claimed_tenant(api, call.request, {});
  if (!tenant) co_return unknown_link();
  const std::string link = read_link(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const Alone alone(api, *tenant, find_call_id(link));
  if (!alone.is_entered()) co_return refuse_for_now("The other one is joining just now. Try again.", 1);
  auto opening = open_link(api, tenant, link);
  auto found = co_await opening;
  if (found.refused) co_return std::move(*found.refused);
  Opened& opened = found.opened;
  auto token = sign_in_token(api, *tenant, opened.account);
  if (!token) co_return token.error();
  opened.call.parties[opened.own].joined_ms = api.home.clock().wall_ms();
  auto storing = store_call(api, tenant, opened.call);
  const auto stored = co_await storing;
  if (!stored) co_return stored.error();
  JsonObject answer = show(*tenant, rules_of(api, *tenant), opened);
  answer["token"] = *token;
  answer["is_awaited"] = opened.call.parties[1 - opened.own].joined_ms != 0;
  co_return make_answer(201, answer);
}

}  // namespace teahouse::api
