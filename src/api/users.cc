#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "base/text.h"
#include "server/account_removal.h"
#include "server/account_switch.h"
#include "server/password_change.h"

namespace teahouse::api {
namespace {

AccountChange read_details(Fields& fields) {
  AccountChange details;
  details.name = fields.optional_text("name");
  details.picture = fields.optional_text("picture");
  details.role = fields.optional_text("role");
  details.disabled = fields.flag("disabled");
  return details;
}

constexpr size_t search_bytes_max = 100;
constexpr size_t searched_at_once = 1000, searched_max = 10'000;  // accounts, of one call

// The accounts after `cursor` that have this in their id or name. One call looks at searched_max of them, so that it
// ends soon: a page may be short, or empty, and have a next one.
Task<Result<AccountPage>> search_accounts(ApiContext& api, TenantPtr tenant, std::string text, PageWanted wanted) {
  const auto has = [&text, &tenant](const Account& account) {
    return lower_ascii(user_id_at(*tenant, account.localpart)).find(text) != std::string::npos ||
           lower_ascii(account.name).find(text) != std::string::npos;
  };
  AccountPage page;
  page.next_cursor = wanted.cursor;
  for (size_t searched = 0; searched < searched_max; searched += searched_at_once) {
    auto found = co_await api.shared().accounts.list(api.loop(), tenant, page.next_cursor, searched_at_once);
    if (!found) co_return found.error();
    for (Account& account : found->accounts) {
      if (!has(account)) continue;
      if (page.accounts.size() == wanted.rows) {
        page.next_cursor = page.accounts.back().localpart;
        co_return page;
      }
      page.accounts.push_back(std::move(account));
    }
    page.next_cursor = found->next_cursor;
    if (page.next_cursor.empty()) break;
  }
  co_return page;
}

}  // namespace

Task<Outcome> list_users(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const std::string search = lower_ascii(call.query.value("search"));
  if (search.size() > search_bytes_max) {
    co_return Error{ErrorKind::bad_request, "The parameter 'search' must have at most 100 bytes."};
  }
  Result<AccountPage> found = AccountPage{};
  if (search.empty()) {
    found = co_await api.shared().accounts.list(api.loop(), call.tenant, page->cursor, page->rows);
  } else {
    found = co_await search_accounts(api, call.tenant, search, *page);
  }
  if (!found) co_return found.error();
  JsonArray rows;
  for (const Account& account : found->accounts) rows.push_back(to_json(*call.tenant, account, true));
  co_return make_page("users", std::move(rows), found->next_cursor);
}

Task<Outcome> put_user(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  auto details = read_details(call.fields);
  details.user_id = call.path("id");
  auto password = call.fields.optional_text("password").value_or("");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (call.by.user && (details.role || details.disabled || !password.empty())) {
    co_return Error{ErrorKind::forbidden,
                    "A user may change name and picture; role, password and disabled need an API key."};
  }
  const auto known = co_await api.shared().accounts.find(api.loop(), call.tenant, *localpart);
  if (!known && known.error().kind != ErrorKind::item_not_found) co_return known.error();
  const auto good_id = known ? Result<void>() : check_new_user_id(call.path("id"));
  if (!good_id) co_return good_id.error();
  const auto account = co_await api.shared().accounts.upsert_user(api.loop(), call.tenant, *localpart,
                                                                  std::move(details), std::move(password));
  if (!account) co_return account.error();
  if (account->is_rekeyed) end_sessions_of_old_password(api.shared(), account_jid(*call.tenant, account->localpart));
  if (account->disabled) end_sessions_of_disabled(api.shared(), account_jid(*call.tenant, account->localpart));
  if (account->is_switched || (account->is_new && account->disabled)) {
    co_await record(api, call.tenant->id, call.by.name(), switch_action(account->disabled), account->localpart);
  }
  co_return make_answer(account->is_new ? 201 : 200, to_json(*call.tenant, *account, true));
}

// Everybody of a site may see names and pictures; the rest is the site's and the user's own.
Task<Outcome> get_user(ApiContext& api, ApiCall call) {
  const auto localpart = localpart_of_user(*call.tenant, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const bool whole = !call.by.user || call.by.user->localpart == *localpart;
  co_return make_answer(200, to_json(*call.tenant, *account, whole));
}

Task<Outcome> remove_user(ApiContext& api, ApiCall call) {
  const auto localpart = localpart_of_user(*call.tenant, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const auto removed = co_await remove_account_whole(api.shared(), api.loop(), call.tenant, *localpart);
  if (!removed) co_return removed.error();
  co_await record(api, call.tenant->id, call.by.name(), "account.remove", *localpart);
  co_return make_no_content();
}

}  // namespace teahouse::api
