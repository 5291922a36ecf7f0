#include "account/accounts.h"

#include "account/account_names.h"
#include "account/account_rows.h"
#include "account/accounts_state.h"
#include "account/reserved_form.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;

constexpr size_t page_rows_max = 1000;

}  // namespace

Task<Result<Account>> Accounts::State::load(Self self, Executor& home, TenantPtr tenant, std::string prepared) {
  const uint64_t made = self->absent.made();
  auto select = account_rows::select_one(tenant->id, prepared);
  const auto answer = co_await self->control.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty()) {
    self->absent.add(tenant->id, prepared, made);
    co_return unknown_account(prepared, *tenant);
  }
  co_return account_rows::make_account(answer->rows[0]);
}

Task<Result<Account>> Accounts::State::find(Self self, Executor& home, TenantPtr tenant, std::string localpart) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto found = co_await load(self, home, tenant, std::move(*prepared));
  co_return found;
}

Task<Result<AccountRemovalPtr>> Accounts::State::remove(Self self, Executor& home, TenantPtr tenant,
                                                        std::string localpart) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto removal = co_await self->removals.begin(home, tenant->id, *prepared);
  if (!removal && removal.error().kind == ErrorKind::item_not_found) co_return unknown_account(*prepared, *tenant);
  if (!removal) co_return removal.error();
  Meter::give_back(tenant->meter->accounts);
  tenant->staff->set(*prepared, false);
  tenant->spellings->remove(*prepared);
  forget_place(*tenant, *prepared);
  tenant->aliases->remove(stringprep_form(*prepared), *prepared);
  co_return *removal;
}

Task<Result<AccountPage>> Accounts::State::list(Self self, Executor& home, TenantPtr tenant, std::string cursor,
                                                size_t rows_max) {
  const size_t rows = std::clamp<size_t>(rows_max, 1, page_rows_max);
  auto select = account_rows::select_page(tenant->id, cursor, rows + 1);  // one more tells whether there is a next page
  const auto answer = co_await self->control.execute(home, std::move(select));
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

Accounts::Accounts(store::ControlPlane& control, const Clock& clock)
    : state_(std::make_shared<State>(control, clock)) {}

Task<Result<Account>> Accounts::create(Executor& home, TenantPtr tenant, std::string localpart, std::string password,
                                       AccountChange details) {
  return State::create(state_, home, std::move(tenant), std::move(localpart), std::move(password), std::move(details));
}
Task<Result<Account>> Accounts::find(Executor& home, TenantPtr tenant, std::string localpart) {
  return State::find(state_, home, std::move(tenant), std::move(localpart));
}
Task<Result<Account>> Accounts::upsert(Executor& home, TenantPtr tenant, std::string localpart, AccountChange details,
                                       std::string password) {
  return State::upsert(state_, home, std::move(tenant), std::move(localpart), std::move(password), std::move(details),
                       State::Name::as_given);
}
Task<Result<std::string>> Accounts::find_place(Executor& home, TenantPtr tenant, std::string localpart) {
  return State::find_place(state_, home, std::move(tenant), std::move(localpart));
}
Task<Result<Account>> Accounts::upsert_user(Executor& home, TenantPtr tenant, std::string localpart,
                                            AccountChange details, std::string password) {
  return State::upsert_user(state_, home, std::move(tenant), std::move(localpart), std::move(password),
                            std::move(details));
}
Task<Result<void>> Accounts::set_password(Executor& home, TenantPtr tenant, std::string localpart,
                                          std::string password) {
  return State::set_password(state_, home, std::move(tenant), std::move(localpart), std::move(password));
}
Task<Result<AccountRemovalPtr>> Accounts::remove(Executor& home, TenantPtr tenant, std::string localpart) {
  return State::remove(state_, home, std::move(tenant), std::move(localpart));
}
bool Accounts::is_known_absent(const Tenant& tenant, std::string_view localpart) const {
  return state_->absent.has(tenant.id, localpart);
}
AccountRemovals& Accounts::removals() { return state_->removals; }
Task<Result<AccountPage>> Accounts::list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max) {
  return State::list(state_, home, std::move(tenant), std::move(cursor), rows_max);
}
Task<Result<sasl::ScramKeys>> Accounts::load_keys(Executor& home, TenantPtr tenant, std::string localpart) {
  return State::load_keys(state_, home, std::move(tenant), std::move(localpart));
}
Task<Result<void>> Accounts::check_password(Executor& home, TenantPtr tenant, std::string localpart,
                                            std::string password) {
  return State::check_password(state_, home, std::move(tenant), std::move(localpart), std::move(password));
}

Task<Result<std::vector<Accounts::Expired>>> Accounts::find_expired(Executor& home, size_t rows_max) {
  const auto answer =
      co_await state_->control.execute(home, account_rows::select_expired(state_->clock.wall_ms(), rows_max));
  if (!answer) co_return answer.error();
  std::vector<Expired> expired;
  for (const store::Row& row : answer->rows)
    expired.push_back({static_cast<TenantId>(as_int(row[0])), as_text(row[1])});
  co_return expired;
}

Result<void> Accounts::count_all(const std::vector<TenantPtr>& tenants) {
  const auto answer = state_->control.execute_now({"SELECT tenant_id, COUNT(*) FROM accounts GROUP BY tenant_id", {}});
  if (!answer) return answer.error();
  std::unordered_map<int64_t, int64_t> counts;
  for (const store::Row& row : answer->rows) counts[as_int(row[0])] = as_int(row[1]);
  for (const TenantPtr& tenant : tenants) {
    const auto found = counts.find(to_value(tenant->id));
    tenant->meter->accounts = found == counts.end() ? 0 : found->second;
  }
  const auto staff =
      state_->control.execute_now({"SELECT tenant_id, localpart FROM accounts WHERE role <> 'user'", {}});
  if (!staff) return staff.error();
  std::unordered_map<int64_t, Staff*> staffs;
  for (const TenantPtr& tenant : tenants) staffs[to_value(tenant->id)] = tenant->staff.get();
  for (const store::Row& row : staff->rows) {
    const auto found = staffs.find(as_int(row[0]));
    if (found != staffs.end()) found->second->set(as_text(row[1]), true);
  }
  return load_names(state_->control, tenants);
}

}  // namespace teahouse
