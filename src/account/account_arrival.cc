#include "account/account_arrival.h"

#include "account/account_names.h"
#include "account/account_rows.h"
#include "account/reserved_form.h"

namespace teahouse {
namespace {

Error twice(const Account& account) {
  return {ErrorKind::conflict,
          "The account '" + account.localpart + "' is there twice, or programs can't tell it from another's."};
}

Result<void> check(const Tenant& tenant, const Account& account) {
  const auto prepared = account_rows::parse_localpart(tenant, account.localpart);
  if (!prepared) return prepared.error();
  if (*prepared != account.localpart) {
    return Error{ErrorKind::bad_request, "The user's name '" + account.localpart + "' is not as servers write it."};
  }
  AccountChange details;
  details.name = account.name;
  details.picture = account.picture;
  details.role = account.role;
  const auto checked = account_rows::check_details(std::move(details));
  if (!checked) return checked.error();
  if (!is_guest_id(user_id_of(account.localpart)) || account.expires_ms != 0) return {};
  return reserved_user_id();
}

}  // namespace

Task<Result<void>> store_arrived(store::ControlPlane& control, Executor& home, TenantPtr tenant, Account account,
                                 std::optional<sasl::ScramKeys> keys) {
  if (const auto checked = check(*tenant, account); !checked) co_return checked;
  if (!Meter::take(tenant->meter->accounts, tenant->limits().accounts)) {
    co_return Error{ErrorKind::resource_constraint, "The plan '" + tenant->plan.name + "' allows " +
                                                        std::to_string(tenant->limits().accounts) +
                                                        " accounts, and the export has more."};
  }
  ReservedForm form(*tenant, account.localpart);
  if (form.is_of_another()) co_return twice(account);
  auto insert = account_rows::insert(tenant->id, account, keys ? account_rows::to_text(*keys) : "");
  const auto written = co_await control.execute(home, std::move(insert));
  if (!written && written.error().kind == ErrorKind::conflict) co_return twice(account);
  if (!written) co_return written.error();
  if (written->changes == 0) co_return Error{ErrorKind::gone, "The tenant was removed while it was imported."};
  form.lead_to_account();
  tenant->staff->set(account.localpart, account.role != "user");
  tenant->disabled->set(account.localpart, account.disabled);
  if (!account.user_id.empty() && account.user_id != user_id_of(account.localpart)) {
    tenant->spellings->set(account.localpart, account.user_id);
  }
  keep_place(*tenant, account.localpart);
  co_return Result<void>();
}

}  // namespace teahouse
