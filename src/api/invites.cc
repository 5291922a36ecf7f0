// Invitations: for the operator under the tenant's name, and for the tenant itself.
#include "account/invites.h"
#include "account/invite_uri.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "base/text.h"
#include "server/pages.h"

namespace teahouse::api {
namespace {

JsonObject show(const Tenant& tenant, const Invite& invite) {
  JsonObject object = {{"id", invite.id},
                       {"account", invite.opens_account},
                       {"contact", invite.makes_contact},
                       {"created", format_time(invite.created_ms)},
                       {"expires", format_time(invite.expires_ms)}};
  if (!invite.inviter.empty()) object["user"] = user_id_at(tenant, invite.inviter);
  if (!invite.localpart.empty()) object["username"] = invite.localpart;
  return object;
}

// Nobody answers to a token where the module is off.
Result<void> check_module(const ApiContext& api, const Tenant& tenant) {
  const HostPtr host = api.home.hosts().find(tenant.domain());
  if (host && api.home.modules().is_at("invites", *host)) return {};
  return Error{ErrorKind::not_allowed, "This server goes without invitations: its module 'invites' is switched off."};
}

// The name that is kept. Errors: conflict where there is such an account.
Task<Result<std::string>> read_username(ApiContext& api, TenantPtr tenant, std::string username) {
  if (username.empty()) co_return std::string();
  const auto jid = BareJid::make(username, tenant->domain());
  if (!jid) co_return bad_request("The field 'username' can be no user name. " + jid.error().text);
  std::string localpart(jid->localpart());
  const auto there = co_await api.shared().accounts.find(api.loop(), tenant, localpart);
  if (there) co_return Error{ErrorKind::conflict, "There is an account '" + localpart + "' already."};
  if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  co_return localpart;
}

}  // namespace

Task<Outcome> list_invites(ApiContext& api, ApiCall call) {
  JsonArray rows;
  for (const InvitePtr& invite : api.shared().accounts.invites().list(call.tenant->id)) {
    rows.push_back(show(*call.tenant, *invite));
  }
  co_return make_page("invites", std::move(rows), {});
}

Task<Outcome> make_invite(ApiContext& api, ApiCall call) {
  Invite wanted;
  wanted.tenant = call.tenant->id;
  const std::string user = call.fields.optional_text("user").value_or("");
  auto username = call.fields.optional_text("username").value_or("");
  wanted.opens_account = call.fields.flag("account").value_or(true);
  wanted.makes_contact = call.fields.flag("contact").value_or(!user.empty());
  const int64_t lasts_s = call.fields.number("lasts_s").value_or(Invites::lasts_s);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_module(api, *call.tenant); !good) co_return good.error();
  if (wanted.makes_contact && user.empty())
    co_return bad_request("A contact needs the field 'user': whose it is to be.");
  if (!wanted.opens_account && !wanted.makes_contact)
    co_return bad_request("It must open an account, make a contact, or both.");
  if (!wanted.opens_account && !username.empty())
    co_return bad_request("A 'username' is for one that opens an account.");
  if (!user.empty()) {
    if (const auto good = localpart_of_user(*call.tenant, user); !good) co_return good.error();
    const auto account = co_await load_user(api, call.tenant, user);
    if (!account) co_return account.error();
    wanted.inviter = account->localpart;
    wanted.incarnation = account->incarnation;
  }
  auto kept = co_await read_username(api, call.tenant, std::move(username));
  if (!kept) co_return kept.error();
  wanted.localpart = std::move(*kept);
  const auto made = co_await api.shared().accounts.invites().make(api.loop(), std::move(wanted), lasts_s, true);
  if (!made) co_return made.error();
  co_await record(api, call.tenant->id, call.by.name(), "invite.create",
                  "invitation " + std::to_string(made->invite->id));
  JsonObject object = show(*call.tenant, *made->invite);
  object["token"] = made->token;
  object["uri"] = make_invite_uri(*call.tenant, *made->invite, made->token);
  std::string url = make_invite_url(api.shared(), call.tenant->domain(), made->token);
  object["url"] = url;
  co_return make_answer(201, object, std::move(url));
}

Task<Outcome> revoke_invite(ApiContext& api, ApiCall call) {
  const auto id = parse_decimal<int64_t>(call.path("id"));
  if (!id) co_return Error{ErrorKind::item_not_found, "An invitation's id is a number; GET /v1/invites lists them."};
  const auto revoked = co_await api.shared().accounts.invites().revoke(api.loop(), call.tenant->id, *id);
  if (!revoked) co_return revoked.error();
  co_await record(api, call.tenant->id, call.by.name(), "invite.revoke", "invitation " + std::to_string(*id));
  co_return make_no_content();
}

}  // namespace teahouse::api
