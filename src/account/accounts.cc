#include "account/accounts.h"

#include "account/account_names.h"
#include "account/account_rows.h"
#include "account/reserved_form.h"
#include "base/random.h"
#include "events/event_log.h"
#include "tenant/event_outbox.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;

constexpr size_t page_rows_max = 1000;

// The accounts of all tenants of which `condition` is true, each into its tenant's set.
Result<void> load_sets(store::ControlPlane& control, const std::vector<TenantPtr>& tenants,
                       std::shared_ptr<LocalpartSet> Tenant::*set, const char* condition) {
  const auto answer =
      control.execute_now({std::string("SELECT tenant_id, localpart FROM accounts WHERE ") + condition, {}});
  if (!answer) return answer.error();
  std::unordered_map<int64_t, LocalpartSet*> sets;
  for (const TenantPtr& tenant : tenants) sets[to_value(tenant->id)] = ((*tenant).*set).get();
  for (const store::Row& row : answer->rows) {
    const auto found = sets.find(as_int(row[0]));
    if (found != sets.end()) found->second->set(as_text(row[1]), true);
  }
  return {};
}

}  // namespace

Accounts::Accounts(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
    : control_(control), clock_(clock), fake_secret_(random_bytes(32)), devices_(control, clock, seal_key) {}

Error Accounts::unknown_account(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::item_not_found, "There is no account '" + localpart + "' at " + tenant.domain() + "."};
}

OfUser Accounts::name_user(const Tenant& tenant, const std::string& localpart) {
  return {localpart + "@" + tenant.domain(), tenant.spellings->find(localpart).value_or(user_id_of(localpart))};
}

std::vector<store::Statement> Accounts::put_event(const Tenant& tenant, EventBody event,
                                                  const store::Statement& is_done) const {
  if (!tenant.events.has(EventKind::user)) return {};
  return event_outbox::put(tenant.id, {clock_.wall_ms(), std::move(event)}, is_done);
}

Task<Result<store::Answer>> Accounts::write(Executor& home, TenantPtr tenant, store::Statement statement,
                                            EventBody event, store::Statement is_done,
                                            std::vector<store::Statement> before) {
  std::vector<store::Statement> statements = std::move(before);
  statements.push_back(std::move(statement));
  const size_t without_event = statements.size();
  for (auto& put : put_event(*tenant, std::move(event), is_done)) statements.push_back(std::move(put));
  const bool has_event = statements.size() > without_event;
  auto answer = co_await control_.transact(home, std::move(statements));
  if (answer && answer->changes != 0 && has_event) tenant->event_log->drain_soon();
  co_return answer;
}

Task<Result<Account>> Accounts::load(Executor& home, TenantPtr tenant, std::string prepared) {
  const uint64_t made = absent_.made();
  auto select = account_rows::select_one(tenant->id, prepared);
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty()) {
    absent_.add(tenant->id, prepared, made);
    co_return unknown_account(prepared, *tenant);
  }
  co_return account_rows::make_account(answer->rows[0]);
}

Task<Result<Account>> Accounts::find(Executor& home, TenantPtr tenant, std::string localpart) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto found = co_await load(home, tenant, std::move(*prepared));
  co_return found;
}

Task<Result<AccountRemovalPtr>> Accounts::remove(Executor& home, TenantPtr tenant, std::string localpart) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto event =
      put_event(*tenant, UserRemoved{name_user(*tenant, *prepared)}, account_rows::select_there(tenant->id, *prepared));
  auto removal = co_await removals_.begin(home, tenant->id, *prepared, std::move(event));
  if (!removal && removal.error().kind == ErrorKind::item_not_found) co_return unknown_account(*prepared, *tenant);
  if (!removal) co_return removal.error();
  if (tenant->events.has(EventKind::user)) tenant->event_log->drain_soon();
  Meter::give_back(tenant->meter->accounts);
  tenant->staff->set(*prepared, false);
  tenant->disabled->set(*prepared, false);
  tenant->spellings->remove(*prepared);
  invites_.forget(tenant->id, *prepared);
  forget_place(*tenant, *prepared);
  tenant->aliases->remove(stringprep_form(*prepared), *prepared);
  co_await end_devices(home, tenant->id, *prepared);
  co_return *removal;
}

Task<Result<AccountPage>> Accounts::list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max) {
  const size_t rows = std::clamp<size_t>(rows_max, 1, page_rows_max);
  auto select = account_rows::select_page(tenant->id, cursor, rows + 1);  // one more tells whether there is a next page
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  AccountPage page;
  for (const store::Row& row : answer->rows) {
    if (page.accounts.size() == rows) {
      page.next_cursor = page.accounts.back().localpart;
      break;
    }
    page.accounts.push_back(account_rows::make_account(row));
  }
  co_return page;
}

bool Accounts::is_known_absent(const Tenant& tenant, std::string_view localpart) const {
  return absent_.has(tenant.id, localpart);
}

Task<Result<std::vector<Accounts::Expired>>> Accounts::find_expired(Executor& home, size_t rows_max) {
  const auto answer = co_await control_.execute(home, account_rows::select_expired(clock_.wall_ms(), rows_max));
  if (!answer) co_return answer.error();
  std::vector<Expired> expired;
  for (const store::Row& row : answer->rows)
    expired.push_back({static_cast<TenantId>(as_int(row[0])), as_text(row[1])});
  co_return expired;
}

Result<void> Accounts::count_all(const std::vector<TenantPtr>& tenants) {
  if (auto loaded = invites_.load_all(); !loaded) return loaded;
  const auto answer = control_.execute_now({"SELECT tenant_id, COUNT(*) FROM accounts GROUP BY tenant_id", {}});
  if (!answer) return answer.error();
  std::unordered_map<int64_t, int64_t> counts;
  for (const store::Row& row : answer->rows) counts[as_int(row[0])] = as_int(row[1]);
  for (const TenantPtr& tenant : tenants) {
    const auto found = counts.find(to_value(tenant->id));
    tenant->meter->accounts = found == counts.end() ? 0 : found->second;
  }
  const auto staff = load_sets(control_, tenants, &Tenant::staff, "role <> 'user'");
  if (!staff) return staff.error();
  const auto disabled = load_sets(control_, tenants, &Tenant::disabled, "disabled <> 0");
  if (!disabled) return disabled.error();
  const auto older = older_keys_.load();
  if (!older) return older.error();
  return load_names(control_, tenants);
}

}  // namespace teahouse
