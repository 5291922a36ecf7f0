// Accounts, how they are made and changed.
//
// Every row is inserted only where its tenant is (tables.h), so that an account made while its tenant is removed leaves
// nothing behind. Meter::accounts is taken before the row is written and given back when it was not. The tenant's staff
// and disabled follow what is written: a row that was read may be of the past when its answer comes.
#include "account/accounts.h"

#include <functional>

#include "account/account_names.h"
#include "account/account_rows.h"
#include "account/reserved_form.h"
#include "base/random.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

Error known_account(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::conflict, "There is an account '" + localpart + "' at " + tenant.domain() + " already."};
}

Error being_removed(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::service_unavailable,
          "The account '" + localpart + "' at " + tenant.domain() + " is still being removed. Try again in a moment."};
}

Error kept_for_another(const std::string& localpart) {
  return {ErrorKind::conflict, "The name '" + localpart + "' is kept for somebody who is invited."};
}

Error known_form(const std::string& localpart, const std::string& other, const Tenant& tenant) {
  return {ErrorKind::conflict, "Many programs cannot tell '" + localpart + "' from '" + other +
                                   "', and there is an account of that name at " + tenant.domain() + " already."};
}

Error taken_for_another(const std::string& localpart) {
  return {ErrorKind::conflict, "The site would take '" + localpart + "' for its user '" + user_id_of(localpart) +
                                   "', who has another address. Take another name."};
}

Error too_many_accounts(const Tenant& tenant) {
  return {ErrorKind::resource_constraint, "Plan '" + tenant.plan.name + "' allows " +
                                              std::to_string(tenant.limits().accounts) +
                                              " accounts; all are taken. Remove some or choose a larger plan."};
}

void keep_staff(const Tenant& tenant, const Account& account) {
  tenant.staff->set(account.localpart, account.role != "user");
}

void keep_disabled(const Tenant& tenant, const Account& account) {
  tenant.disabled->set(account.localpart, account.disabled);
}

void keep_spelling(const Tenant& tenant, const Account& account) {
  if (account.user_id.empty() || account.user_id == user_id_of(account.localpart)) return;
  tenant.spellings->set(account.localpart, account.user_id);
}

// One of the plan's accounts, given back unless it was kept.
class Seat {
 public:
  explicit Seat(const Tenant& tenant)
      : meter_(Meter::take(tenant.meter->accounts, tenant.limits().accounts) ? tenant.meter : nullptr) {}
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    if (meter_ && !kept_) Meter::give_back(meter_->accounts);
  }
  bool taken() const { return meter_ != nullptr; }
  void keep() { kept_ = true; }

 private:
  const std::shared_ptr<Meter> meter_;
  bool kept_ = false;
};

}  // namespace

Error other_spelling(const std::string& wanted, const std::string& known) {
  return {ErrorKind::conflict, "The user id '" + wanted + "' is but another spelling of '" + known +
                                   "', who is a user already; addresses know no difference between them. Always give "
                                   "one user the same id, spelt the same, such as the number of its row."};
}

Error reserved_user_id() {
  return {ErrorKind::bad_request,
          "User ids that begin with '" + std::string(guest_id_prefix) +
              "' are the server's own, for visitors whom the site does not know. Give this user another id."};
}

Task<Result<void>> Accounts::insert(Executor& home, TenantPtr tenant, Account account, std::string keys,
                                    InvitePtr invite) {
  const AbsentNames::Making making(absent_, tenant->id, account.localpart);
  for (int tries = 0; tries < 2; ++tries) {  // a removal may have kept the row out, and ended before it is asked for
    UserMade made{name_user(*tenant, account.localpart)};
    if (!account.user_id.empty()) made.user = account.user_id;
    auto row = account_rows::insert(tenant->id, account, keys);
    auto is_made = account_rows::select_there(tenant->id, account.localpart, account.incarnation);
    EventBody event = std::move(made);
    std::vector<store::Statement> before;
    if (invite) before.push_back(account_rows::use_invite(tenant->id, account.localpart, *invite));
    const auto answer =
        co_await write(home, tenant, std::move(row), std::move(event), std::move(is_made), std::move(before));
    if (!answer && answer.error().kind == ErrorKind::conflict) co_return known_account(account.localpart, *tenant);
    if (!answer) co_return answer.error();
    if (answer->changes != 0) co_return Result<void>();
    const auto removal = co_await removals_.has(home, tenant->id, account.localpart);
    if (!removal) co_return removal.error();
    if (*removal) co_return being_removed(account.localpart, *tenant);
  }
  co_return no_such_tenant();
}

// One that is not there; the primary key is what decides.
Task<Result<Account>> Accounts::add(Executor& home, TenantPtr tenant, std::string prepared, std::string password,
                                    AccountChange checked, Name name, InvitePtr invite) {
  if (invites_.keeps_name(tenant->id, prepared, invite.get())) co_return kept_for_another(prepared);
  if (is_guest_id(user_id_of(prepared)) && !checked.expires_ms) co_return reserved_user_id();
  const auto of_id = localpart_of_user_id(user_id_of(prepared));
  const bool is_moved = name == Name::of_site_user && of_id && spell_out_id(*of_id) == prepared;
  if (!of_id || (*of_id != prepared && !is_moved)) co_return taken_for_another(prepared);
  if (tenant->spellings->find_moved(prepared)) co_return taken_for_another(prepared);
  if (const auto may = control_.health().check_addition(); !may) co_return may.error();
  Seat seat(*tenant);
  if (!seat.taken()) co_return too_many_accounts(*tenant);
  ReservedForm form(*tenant, prepared);
  if (form.is_of_another()) {
    co_return known_form(prepared, tenant->aliases->owner(form.form()).value_or(form.form()), *tenant);
  }
  if (!form.is_localpart()) {
    const auto other = co_await load(home, tenant, form.form());
    if (other) co_return known_form(prepared, form.form(), *tenant);
    if (other.error().kind != ErrorKind::item_not_found) co_return other.error();
  }

  Account account;
  account.is_new = true;
  account.localpart = std::move(prepared);
  account.role = "user";
  account.created_ms = clock_.wall_ms();
  account.incarnation = static_cast<int64_t>(random_u64() >> 1 | 1);
  account_rows::apply(account, checked);
  std::string keys;
  if (!password.empty()) {
    auto hashed = co_await hash(home, tenant->id, std::move(password));
    if (!hashed) co_return hashed.error();
    keys = std::move(*hashed);
    account.has_password = true;
  }
  const auto inserted = co_await insert(home, tenant, account, std::move(keys), invite);
  if (!inserted) co_return inserted.error();
  if (invite) invites_.drop(*invite);
  seat.keep();
  form.lead_to_account();
  keep_staff(*tenant, account);
  keep_disabled(*tenant, account);
  keep_spelling(*tenant, account);
  keep_place(*tenant, account.localpart);
  co_return account;
}

const Turns& Accounts::turns_of(const Tenant& tenant, std::string_view prepared) const {
  const size_t hash = std::hash<std::string_view>()(prepared) ^ static_cast<size_t>(tenant.id);
  return turns_.at(hash % turns_.size());
}

Task<Result<Account>> Accounts::create(Executor& home, TenantPtr tenant, std::string localpart, std::string password,
                                       AccountChange details, InvitePtr invite) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto checked = account_rows::check_details(std::move(details));
  if (!checked) co_return checked.error();
  const Turns& turns = turns_of(*tenant, *prepared);
  const auto turn = co_await turns.take(home);
  // Asked for before the password costs milliseconds.
  const auto there = co_await load(home, tenant, *prepared);
  if (there) co_return known_account(*prepared, *tenant);
  if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  auto added = co_await add(home, tenant, std::move(*prepared), std::move(password), std::move(*checked),
                            Name::as_given, std::move(invite));
  co_return added;
}

// Errors: also conflict or item_not_found when somebody else made or removed the account between the look and the
// write.
Task<Result<Account>> Accounts::upsert_once(Executor& home, TenantPtr tenant, std::string prepared,
                                            std::string password, AccountChange checked, Name name) {
  auto account = co_await load(home, tenant, prepared);
  if (!account && account.error().kind == ErrorKind::item_not_found) {
    auto added = co_await add(home, tenant, prepared, std::move(password), std::move(checked), name);
    co_return added;
  }
  if (!account) co_return account.error();
  if (checked.user_id && !account->user_id.empty() && account->user_id != *checked.user_id) {
    co_return other_spelling(*checked.user_id, account->user_id);
  }
  const AccountChange change = account_rows::differences(*account, checked);
  if (!password.empty() && account->has_password) {
    const auto same = co_await check_password(home, tenant, prepared, password);
    if (!same && same.error().kind != ErrorKind::not_authorized) co_return same.error();
    if (same) password.clear();
    account->is_rekeyed = !same;
  }
  if (account_rows::is_empty(change) && password.empty()) co_return account;
  std::string keys;
  if (!password.empty()) {
    auto hashed = co_await hash(home, tenant->id, std::move(password));
    if (!hashed) co_return hashed.error();
    keys = std::move(*hashed);
    account->has_password = true;
  }
  auto update = account_rows::update(tenant->id, prepared, change, keys);
  auto is_there = account_rows::select_there(tenant->id, prepared);
  EventBody event = UserChanged{name_user(*tenant, prepared)};
  std::vector<store::Statement> before;
  if (!keys.empty()) before = device_rows::remove({tenant->id, prepared, {}});
  const auto answer =
      co_await write(home, tenant, std::move(update), std::move(event), std::move(is_there), std::move(before));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return unknown_account(prepared, *tenant);
  if (!keys.empty()) co_await end_devices(home, tenant->id, prepared);
  account_rows::apply(*account, change);
  if (change.role) keep_staff(*tenant, *account);
  if (change.disabled) keep_disabled(*tenant, *account);
  account->is_switched = change.disabled.has_value();
  if (change.user_id) keep_spelling(*tenant, *account);
  co_return account;
}

Task<Result<Account>> Accounts::upsert_as(Name name, Executor& home, TenantPtr tenant, std::string localpart,
                                          AccountChange details, std::string password) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto checked = account_rows::check_details(std::move(details));
  if (!checked) co_return checked.error();
  const Turns& turns = turns_of(*tenant, *prepared);
  const auto turn = co_await turns.take(home);
  auto account = co_await upsert_once(home, tenant, *prepared, password, *checked, name);
  if (account) co_return account;
  const ErrorKind kind = account.error().kind;
  if (kind != ErrorKind::conflict && kind != ErrorKind::item_not_found) co_return account;
  auto again = co_await upsert_once(home, tenant, *prepared, password, *checked, name);
  co_return again;
}

Task<Result<Account>> Accounts::upsert(Executor& home, TenantPtr tenant, std::string localpart, AccountChange details,
                                       std::string password) {
  return upsert_as(Name::as_given, home, std::move(tenant), std::move(localpart), std::move(details),
                   std::move(password));
}

Task<Result<bool>> Accounts::set_disabled(Executor& home, TenantPtr tenant, std::string localpart, bool disabled) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  const Turns& turns = turns_of(*tenant, *prepared);
  const auto turn = co_await turns.take(home);
  auto account = co_await load(home, tenant, *prepared);
  if (!account) co_return account.error();
  AccountChange wanted;
  wanted.disabled = disabled;
  const AccountChange change = account_rows::differences(*account, wanted);
  if (!account_rows::is_empty(change)) {
    auto update = account_rows::update(tenant->id, *prepared, change, {});
    auto is_there = account_rows::select_there(tenant->id, *prepared);
    EventBody event = UserChanged{name_user(*tenant, *prepared)};
    const auto answer = co_await write(home, tenant, std::move(update), std::move(event), std::move(is_there));
    if (!answer) co_return answer.error();
    if (answer->changes == 0) co_return unknown_account(*prepared, *tenant);
  }
  account_rows::apply(*account, wanted);
  keep_disabled(*tenant, *account);
  co_return !account_rows::is_empty(change);
}

// Whether an account of this name, which is not there yet, could not be told from one that is.
Task<Result<bool>> Accounts::is_like_another(Executor& home, TenantPtr tenant, std::string localpart) {
  const std::string form = stringprep_form(localpart);
  const bool is_of_another = tenant->aliases->is_of_another(form, localpart);
  if (form == localpart && !is_of_another) co_return false;
  const auto there = co_await load(home, tenant, localpart);
  if (there) co_return false;
  if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  if (is_of_another) co_return true;
  const auto other = co_await load(home, tenant, form);
  if (!other && other.error().kind != ErrorKind::item_not_found) co_return other.error();
  co_return other.has_value();
}

Task<Result<std::string>> Accounts::find_place(Executor& home, TenantPtr tenant, std::string localpart) {
  const auto is_like = co_await is_like_another(home, tenant, localpart);
  if (!is_like) co_return is_like.error();
  if (*is_like) localpart = spell_out_id(localpart).value_or(localpart);
  co_return localpart;
}

Task<Result<Account>> Accounts::upsert_user(Executor& home, TenantPtr tenant, std::string localpart,
                                            AccountChange details, std::string password) {
  auto place = co_await find_place(home, tenant, std::move(localpart));
  if (!place) co_return place.error();
  auto account = co_await upsert_as(Name::of_site_user, home, tenant, *place, details, password);
  if (account || account.error().kind != ErrorKind::conflict) co_return account;
  // Somebody like them was being made at the same time?
  auto other_place = co_await find_place(home, tenant, *place);
  if (!other_place) co_return other_place.error();
  if (*other_place == *place) co_return account;
  auto moved = co_await upsert_as(Name::of_site_user, home, tenant, *other_place, details, password);
  co_return moved;
}

}  // namespace teahouse
