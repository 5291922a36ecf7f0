// Accounts as XMPP has them: by localpart, as it stands in the address. Users as a site has them are in users.cc.
#include "api/handlers.h"
#include "api/json.h"
#include "server/account_removal.h"
#include "server/account_switch.h"
#include "server/password_change.h"

namespace teahouse::api {
namespace {

// The one spelling of the path's {localpart}.
Result<std::string> read_localpart(const Tenant& tenant, std::string_view text) {
  const auto jid = BareJid::make(text, tenant.domain());
  if (!jid) return jid.error();
  return std::string(jid->localpart());
}

// In a path the escapes of XEP-0106 are undone.
std::string path_localpart(const ApiCall& call) { return escape_localpart(call.path("localpart")); }

JsonObject show(const Tenant& tenant, const Account& account) {
  JsonObject object = to_json(tenant, account, true);
  object["localpart"] = account.localpart;
  return object;
}

}  // namespace

Task<Outcome> list_accounts(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto found = co_await api.shared().accounts.list(api.loop(), call.tenant, page->cursor, page->rows);
  if (!found) co_return found.error();
  JsonArray rows;
  for (const Account& account : found->accounts) rows.push_back(show(*call.tenant, account));
  co_return make_page("accounts", std::move(rows), found->next_cursor);
}

Task<Outcome> create_account(ApiContext& api, ApiCall call) {
  auto localpart = call.fields.text("localpart");
  auto password = call.fields.optional_text("password").value_or("");
  AccountChange details;
  details.name = call.fields.optional_text("name");
  details.picture = call.fields.optional_text("picture");
  details.role = call.fields.optional_text("role");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto account = co_await api.shared().accounts.create(api.loop(), call.tenant, std::move(localpart),
                                                             std::move(password), std::move(details));
  if (!account) co_return account.error();
  co_await record(api, call.tenant->id, call.by.name(), "account.create", account->localpart);
  co_return make_answer(201, show(*call.tenant, *account), account->localpart + "@" + call.tenant->domain());
}

Task<Outcome> set_password(ApiContext& api, ApiCall call) {
  auto password = call.fields.text("password");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto set =
      co_await change_password(api.shared(), api.loop(), call.tenant, path_localpart(call), std::move(password));
  if (!set) co_return set.error();
  co_await record(api, call.tenant->id, call.by.name(), "account.password", path_localpart(call));
  co_return make_no_content();
}

namespace {

Task<Outcome> switch_to(bool disabled, ApiContext& api, ApiCall call) {
  const auto localpart = read_localpart(*call.tenant, path_localpart(call));
  if (!localpart) co_return localpart.error();
  const auto switched = co_await switch_account(api.shared(), api.loop(), call.tenant, *localpart, disabled);
  if (!switched) co_return switched.error();
  if (*switched) co_await record(api, call.tenant->id, call.by.name(), switch_action(disabled), *localpart);
  co_return make_no_content();
}

}  // namespace

Task<Outcome> disable_account(ApiContext& api, ApiCall call) { return switch_to(true, api, std::move(call)); }

Task<Outcome> enable_account(ApiContext& api, ApiCall call) { return switch_to(false, api, std::move(call)); }

Task<Outcome> remove_account(ApiContext& api, ApiCall call) {
  const auto localpart = read_localpart(*call.tenant, path_localpart(call));
  if (!localpart) co_return localpart.error();
  const auto removed = co_await remove_account_whole(api.shared(), api.loop(), call.tenant, *localpart);
  if (!removed) co_return removed.error();
  co_await record(api, call.tenant->id, call.by.name(), "account.remove", *localpart);
  co_return make_no_content();
}

}  // namespace teahouse::api
