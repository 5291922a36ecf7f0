#include "api/names.h"

namespace teahouse::api {
namespace {

Error bad(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }

}  // namespace

Result<Party> parse_party(std::string_view field, std::string_view text) {
  const std::string quoted = "The field '" + std::string(field) + "' ";
  if (text == "site") return Party{Party::Kind::site, {}};
  if (text.starts_with("user:") && text.size() > 5) return Party{Party::Kind::user, std::string(text.substr(5))};
  if (text.starts_with("room:") && text.size() > 5) return Party{Party::Kind::room, std::string(text.substr(5))};
  if (text.find('@') != text.npos) return Party{Party::Kind::other, std::string(text)};
  return bad(
      quoted +
      "must be \"user:\" and your site's id of the user (user:42), or \"room:\" and the room's name (room:news).");
}

std::string party_of(const Tenant& tenant, const BareJid& jid) {
  if (jid.domainpart() == tenant.domain) {
    return jid.has_localpart() ? "user:" + unescape_localpart(jid.localpart()) : "site";
  }
  if (jid.domainpart() == tenant.rooms_domain && jid.has_localpart())
    return "room:" + unescape_localpart(jid.localpart());
  return jid.str();
}

Result<BareJid> party_jid(const Tenant& tenant, const Party& party) {
  switch (party.kind) {
    case Party::Kind::site: return BareJid::make({}, tenant.domain);
    case Party::Kind::other: return BareJid::parse(party.id);
    case Party::Kind::user:
    case Party::Kind::room: break;
  }
  const auto localpart = localpart_of_user_id(party.id);
  if (!localpart) return localpart.error();
  return BareJid::make(*localpart, party.kind == Party::Kind::user ? tenant.domain : tenant.rooms_domain);
}

Result<std::string> read_own_user(const Call& call, std::string_view id) {
  auto localpart = localpart_of_user_id(id);
  if (!localpart || !call.user || *localpart == call.user->localpart) return localpart;
  return Error{ErrorKind::forbidden, "This token is of user '" + call.user->user_id +
                                         "' and speaks for no other; with an API key you can ask for anybody."};
}

Task<Result<Account>> load_user(ApiContext& api, TenantPtr tenant, std::string localpart) {
  auto account = co_await api.house().accounts.find(api.loop(), tenant, localpart);
  if (account || account.error().kind != ErrorKind::item_not_found) co_return account;
  co_return Error{ErrorKind::item_not_found,
                  "There is no user '" + unescape_localpart(localpart) +
                      "' yet. PUT /v1/users/{id} makes one, and so does a first sign-in with a token."};
}

// The site knows its users before they have ever opened the chat: what it sends them waits for their first sign-in.
Task<Result<Account>> load_or_make_user(ApiContext& api, Call call, std::string localpart) {
  auto account = co_await api.house().accounts.find(api.loop(), call.tenant, localpart);
  if (account || call.user || account.error().kind != ErrorKind::item_not_found) co_return account;
  auto made = co_await api.house().accounts.upsert(api.loop(), call.tenant, localpart, {});
  co_return made;
}

}  // namespace teahouse::api
