#include "api/names.h"

#include "account/site_token_claims.h"
#include "base/text.h"

namespace teahouse::api {
namespace {

bool holds(const std::vector<std::string>& user_ids, const std::string& user_id) {
  return std::find(user_ids.begin(), user_ids.end(), user_id) != user_ids.end();
}

}  // namespace

Result<Party> parse_party(std::string_view field, std::string_view text) {
  const std::string quoted = "The field '" + std::string(field) + "' ";
  if (text == "site") return Party{Party::Kind::site, {}};
  if (text.starts_with("user:") && text.size() > 5) return Party{Party::Kind::user, std::string(text.substr(5))};
  if (text.starts_with("room:") && text.size() > 5) return Party{Party::Kind::room, std::string(text.substr(5))};
  if (text.find('@') != text.npos) return Party{Party::Kind::other, std::string(text)};
  return bad_request(
      quoted +
      "must be \"user:\" and your site's id of the user (user:42), or \"room:\" and the room's name (room:news).");
}

std::string party_of(const Tenant& tenant, const BareJid& jid) {
  if (jid.domainpart() == tenant.domain()) {
    return jid.has_localpart() ? "user:" + user_id_at(tenant, jid.localpart()) : "site";
  }
  if (jid.has_localpart() && jid.domainpart() == tenant.domain_of(HostKind::rooms))
    return "room:" + user_id_of(jid.localpart());
  return jid.str();
}

BareJid account_jid(const Tenant& tenant, std::string_view localpart) {
  return BareJid::make(localpart, tenant.domain()).value();
}

Result<BareJid> party_jid(const Tenant& tenant, const Party& party) {
  switch (party.kind) {
    case Party::Kind::site: return BareJid::make({}, tenant.domain());
    case Party::Kind::other: return BareJid::parse(party.id);
    case Party::Kind::user:
    case Party::Kind::room: break;
  }
  const bool is_user = party.kind == Party::Kind::user;
  const auto localpart = is_user ? localpart_of_user(tenant, party.id) : localpart_of_user_id(party.id);
  if (!localpart) return localpart.error();
  return BareJid::make(*localpart, tenant.domain_of(is_user ? HostKind::accounts : HostKind::rooms));
}

Result<void> check_not_banned(const ApiCall& call, const RoomInfo& room) {
  if (!holds(room.outcasts, call.by.user->user_id)) return {};
  return Error{ErrorKind::forbidden, "You are banned from the room '" + room.id + "'."};
}

bool is_member(const ApiCall& call, const RoomInfo& room) {
  return holds(room.members, call.by.user->user_id) || call.tenant->staff->has(call.by.user->localpart);
}

Result<std::string> read_own_user(const ApiCall& call, std::string_view id) {
  auto localpart = localpart_of_user(*call.tenant, id);
  if (!localpart || !call.by.user || *localpart == call.by.user->localpart) return localpart;
  return Error{ErrorKind::forbidden, "This token is of user '" + call.by.user->user_id +
                                         "' and speaks for no other; with an API key you can ask for anybody."};
}

Result<void> check_new_user_id(std::string_view id) {
  if (count_characters(id) <= token_subject_characters_max) return {};
  return bad_request(
      "The user id is longer than 64 characters, so no token could sign this user in. Give a shorter one.");
}

// A user id is known in two spellings, the site's and the address's; "ANN" is not the user "Ann".
Result<Account> check_spelling(Account account, std::string_view user_id) {
  const bool known = account.user_id.empty() || user_id == account.user_id || user_id == user_id_of(account.localpart);
  if (known) return account;
  return Error{ErrorKind::item_not_found, "There is no user '" + std::string(user_id) +
                                              "'. There is one whose id is spelt '" + account.user_id +
                                              "'; addresses know no difference between them."};
}

Task<Result<Account>> load_user(ApiContext& api, TenantPtr tenant, std::string user_id) {
  auto account = co_await api.shared().accounts.find(api.loop(), tenant, *localpart_of_user(*tenant, user_id));
  if (account) co_return check_spelling(std::move(*account), user_id);
  if (account.error().kind != ErrorKind::item_not_found) co_return account;
  co_return Error{ErrorKind::item_not_found,
                  "There is no user '" + user_id +
                      "' yet. PUT /v1/users/{id} makes one, and so does a first sign-in with a token."};
}

// The site knows its users before they have ever opened the chat: messages that it sends them wait for their first
// sign-in.
Task<Result<Account>> load_or_make_user(ApiContext& api, ApiCall call, std::string user_id) {
  const std::string localpart = *localpart_of_user(*call.tenant, user_id);
  auto account = co_await api.shared().accounts.find(api.loop(), call.tenant, localpart);
  if (account) co_return check_spelling(std::move(*account), user_id);
  if (call.by.user || account.error().kind != ErrorKind::item_not_found) co_return account;
  if (const auto good = check_new_user_id(user_id); !good) co_return good.error();
  auto made = co_await api.shared().accounts.upsert_user(api.loop(), call.tenant, localpart, {});
  co_return made;
}

}  // namespace teahouse::api
