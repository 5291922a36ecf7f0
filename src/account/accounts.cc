// Every row is inserted only where its tenant is (tables.h), so that an account made while its tenant is removed leaves
// nothing behind. Meter::accounts is taken before the row is written and given back when it was not. The tenant's Staff
// follows what is written: a row that was read may be of the past when its answer comes.
#include "account/accounts.h"

#include "account/absent_names.h"
#include "account/account_names.h"
#include "account/account_rows.h"
#include "account/password_queue.h"
#include "account/reserved_form.h"
#include "base/random.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;

constexpr size_t password_bytes_max = 1023;
constexpr size_t page_rows_max = 1000;

Error unknown_account(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::item_not_found, "There is no account '" + localpart + "' at " + tenant.domain + "."};
}

Error known_account(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::conflict, "There is an account '" + localpart + "' at " + tenant.domain + " already."};
}

Error being_removed(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::service_unavailable,
          "The account '" + localpart + "' at " + tenant.domain + " is still being removed. Try again in a moment."};
}

Error known_form(const std::string& localpart, const std::string& other, const Tenant& tenant) {
  return {ErrorKind::conflict, "Many programs cannot tell '" + localpart + "' from '" + other +
                                   "', and there is an account of that name at " + tenant.domain + " already."};
}

Error taken_for_another(const std::string& localpart) {
  return {ErrorKind::not_acceptable, "The site would take '" + localpart + "' for its user '" + user_id_of(localpart) +
                                         "', who has another address. Take another name."};
}

Error too_many_accounts(const Tenant& tenant) {
  return {ErrorKind::resource_constraint, "Plan '" + tenant.plan.name + "' allows " +
                                              std::to_string(tenant.limits().accounts) +
                                              " accounts; all are taken. Remove some or choose a larger plan."};
}

Error too_busy() {
  return {ErrorKind::service_unavailable, "Too many passwords are waiting to be checked. Try again in a moment."};
}

Error wrong_password() { return {ErrorKind::not_authorized, "The user name or the password is wrong."}; }

void keep_staff(const Tenant& tenant, const Account& account) {
  tenant.staff->set(account.localpart, account.role != "user");
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

struct Accounts::State {
  State(store::ControlPlane& the_control, const Clock& the_clock) : control(the_control), clock(the_clock) {}

  store::ControlPlane& control;
  const Clock& clock;
  const std::string fake_secret = random_bytes(32);  // of the keys that accounts that do not exist are checked against
  PasswordQueue queue;
  AccountRemovals removals{control};
  AbsentNames absent;

  using Self = std::shared_ptr<State>;
  static Task<Result<std::string>> hash(Self self, Executor& home, TenantId tenant, std::string password);
  static Task<Result<void>> insert(Self self, Executor& home, TenantPtr tenant, Account account, std::string keys);
  enum class Name { as_given, of_site_user };  // only the latter may be spelt out
  static Task<Result<Account>> add(Self self, Executor& home, TenantPtr tenant, std::string prepared,
                                   std::string password, AccountChange checked, Name name);
  static Task<Result<Account>> create(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                      std::string password, AccountChange details);
  static Task<Result<Account>> load(Self self, Executor& home, TenantPtr tenant, std::string prepared);
  static Task<Result<Account>> find(Self self, Executor& home, TenantPtr tenant, std::string localpart);
  static Task<Result<Account>> upsert_once(Self self, Executor& home, TenantPtr tenant, std::string prepared,
                                           std::string password, AccountChange checked, Name name);
  static Task<Result<Account>> upsert(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                      std::string password, AccountChange details, Name name);
  static Task<Result<bool>> is_like_another(Self self, Executor& home, TenantPtr tenant, std::string localpart);
  static Task<Result<std::string>> find_place(Self self, Executor& home, TenantPtr tenant, std::string localpart);
  static Task<Result<Account>> upsert_user(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                           std::string password, AccountChange details);
  static Task<Result<void>> set_password(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                         std::string password);
  static Task<Result<AccountRemovalPtr>> remove(Self self, Executor& home, TenantPtr tenant, std::string localpart);
  static Task<Result<AccountPage>> list(Self self, Executor& home, TenantPtr tenant, std::string cursor,
                                        size_t rows_max);
  static Task<Result<sasl::ScramKeys>> load_keys(Self self, Executor& home, TenantPtr tenant, std::string localpart);
  static Task<Result<void>> check_password(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                           std::string password);
};

// The keys of a password, as they are stored; made on the queue's thread.
Task<Result<std::string>> Accounts::State::hash(Self self, Executor& home, TenantId tenant, std::string password) {
  if (password.empty() || password.size() > password_bytes_max) {
    co_return Error{ErrorKind::bad_request, "The password must have 1 to 1023 bytes."};
  }
  using Keys = Result<sasl::ScramKeys>;
  Async<Keys> made(home, [self, tenant, password](Async<Keys>::Done done) {
    const bool waits = self->queue.post(
        tenant, [done, password](bool run) { done(run ? sasl::make_scram_keys(password) : Keys(too_busy())); });
    if (!waits) done(too_busy());
  });
  const Keys keys = co_await made;
  if (!keys && keys.error().kind == ErrorKind::not_acceptable) {
    co_return Error{ErrorKind::bad_request, "The password cannot be taken. " + keys.error().text};
  }
  if (!keys) co_return keys.error();
  co_return account_rows::to_text(*keys);
}

Task<Result<void>> Accounts::State::insert(Self self, Executor& home, TenantPtr tenant, Account account,
                                           std::string keys) {
  auto statement = account_rows::insert(tenant->id, account, keys);
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer && answer.error().kind == ErrorKind::conflict) co_return known_account(account.localpart, *tenant);
  if (!answer) co_return answer.error();
  if (answer->changes != 0) co_return Result<void>();
  const auto removal = co_await self->removals.has(home, tenant->id, account.localpart);
  if (!removal) co_return removal.error();
  co_return *removal ? being_removed(account.localpart, *tenant) : no_such_tenant();
}

// One that is not there; the primary key is what decides.
Task<Result<Account>> Accounts::State::add(Self self, Executor& home, TenantPtr tenant, std::string prepared,
                                           std::string password, AccountChange checked, Name name) {
  if (is_guest_id(user_id_of(prepared)) && !checked.expires_ms) co_return reserved_user_id();
  const auto of_id = localpart_of_user_id(user_id_of(prepared));
  const bool is_moved = name == Name::of_site_user && of_id && spell_out_id(*of_id) == prepared;
  if (!of_id || (*of_id != prepared && !is_moved)) co_return taken_for_another(prepared);
  if (tenant->spellings->find_moved(prepared)) co_return taken_for_another(prepared);
  Seat seat(*tenant);
  if (!seat.taken()) co_return too_many_accounts(*tenant);
  ReservedForm form(*tenant, prepared);
  if (form.is_of_another()) {
    co_return known_form(prepared, tenant->aliases->owner(form.form()).value_or(form.form()), *tenant);
  }
  if (!form.is_localpart()) {
    const auto other = co_await load(self, home, tenant, form.form());
    if (other) co_return known_form(prepared, form.form(), *tenant);
    if (other.error().kind != ErrorKind::item_not_found) co_return other.error();
  }

  Account account;
  account.is_new = true;
  account.localpart = std::move(prepared);
  account.role = "user";
  account.created_ms = self->clock.wall_ms();
  account.incarnation = static_cast<int64_t>(random_u64() >> 1 | 1);
  account_rows::apply(account, checked);
  std::string keys;
  if (!password.empty()) {
    auto hashed = co_await hash(self, home, tenant->id, std::move(password));
    if (!hashed) co_return hashed.error();
    keys = std::move(*hashed);
    account.has_password = true;
  }
  const auto inserted = co_await insert(self, home, tenant, account, std::move(keys));
  if (!inserted) co_return inserted.error();
  seat.keep();
  self->absent.remove(tenant->id, account.localpart);
  form.lead_to_account();
  keep_staff(*tenant, account);
  keep_spelling(*tenant, account);
  keep_place(*tenant, account.localpart);
  co_return account;
}

Task<Result<Account>> Accounts::State::create(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                              std::string password, AccountChange details) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto checked = account_rows::check_details(std::move(details));
  if (!checked) co_return checked.error();
  // Asked for before the password costs milliseconds.
  const auto there = co_await load(self, home, tenant, *prepared);
  if (there) co_return known_account(*prepared, *tenant);
  if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  auto added =
      co_await add(self, home, tenant, std::move(*prepared), std::move(password), std::move(*checked), Name::as_given);
  co_return added;
}

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

// Errors: also conflict or item_not_found when somebody else made or removed the account between the look and the
// write.
Task<Result<Account>> Accounts::State::upsert_once(Self self, Executor& home, TenantPtr tenant, std::string prepared,
                                                   std::string password, AccountChange checked, Name name) {
  auto account = co_await load(self, home, tenant, prepared);
  if (!account && account.error().kind == ErrorKind::item_not_found) {
    auto added = co_await add(self, home, tenant, prepared, std::move(password), std::move(checked), name);
    co_return added;
  }
  if (!account) co_return account.error();
  if (checked.user_id && !account->user_id.empty() && account->user_id != *checked.user_id) {
    co_return other_spelling(*checked.user_id, account->user_id);
  }
  const AccountChange change = account_rows::differences(*account, checked);
  if (account_rows::is_empty(change) && password.empty()) co_return account;
  std::string keys;
  if (!password.empty()) {
    auto hashed = co_await hash(self, home, tenant->id, std::move(password));
    if (!hashed) co_return hashed.error();
    keys = std::move(*hashed);
    account->has_password = true;
  }
  auto statement = account_rows::update(tenant->id, prepared, change, keys);
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return unknown_account(prepared, *tenant);
  account_rows::apply(*account, change);
  if (change.role) keep_staff(*tenant, *account);
  if (change.user_id) keep_spelling(*tenant, *account);
  co_return account;
}

Task<Result<Account>> Accounts::State::upsert(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                              std::string password, AccountChange details, Name name) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  auto checked = account_rows::check_details(std::move(details));
  if (!checked) co_return checked.error();
  auto account = co_await upsert_once(self, home, tenant, *prepared, password, *checked, name);
  if (account) co_return account;
  const ErrorKind kind = account.error().kind;
  if (kind != ErrorKind::conflict && kind != ErrorKind::item_not_found) co_return account;
  auto again = co_await upsert_once(self, home, tenant, *prepared, password, *checked, name);
  co_return again;
}

// Whether an account of this name, which is not there yet, could not be told from one that is.
Task<Result<bool>> Accounts::State::is_like_another(Self self, Executor& home, TenantPtr tenant,
                                                    std::string localpart) {
  const std::string form = stringprep_form(localpart);
  const auto owner = tenant->aliases->owner(form);
  if (form == localpart && !owner) co_return false;
  const auto there = co_await load(self, home, tenant, localpart);
  if (there) co_return false;
  if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  if (owner) co_return true;
  const auto other = co_await load(self, home, tenant, form);
  if (!other && other.error().kind != ErrorKind::item_not_found) co_return other.error();
  co_return other.has_value();
}

Task<Result<std::string>> Accounts::State::find_place(Self self, Executor& home, TenantPtr tenant,
                                                      std::string localpart) {
  const auto is_like = co_await is_like_another(self, home, tenant, localpart);
  if (!is_like) co_return is_like.error();
  if (*is_like) localpart = spell_out_id(localpart).value_or(localpart);
  co_return localpart;
}

Task<Result<Account>> Accounts::State::upsert_user(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                                   std::string password, AccountChange details) {
  auto place = co_await find_place(self, home, tenant, std::move(localpart));
  if (!place) co_return place.error();
  auto account = co_await upsert(self, home, std::move(tenant), std::move(*place), std::move(password),
                                 std::move(details), Name::of_site_user);
  co_return account;
}

Task<Result<void>> Accounts::State::set_password(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                                 std::string password) {
  auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return prepared.error();
  const auto there = co_await load(self, home, tenant, *prepared);
  if (!there) co_return there.error();
  auto keys = co_await hash(self, home, tenant->id, std::move(password));
  if (!keys) co_return keys.error();
  auto statement = account_rows::update(tenant->id, *prepared, {}, *keys);
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return unknown_account(*prepared, *tenant);
  co_return Result<void>();
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

Task<Result<sasl::ScramKeys>> Accounts::State::load_keys(Self self, Executor& home, TenantPtr tenant,
                                                         std::string localpart) {
  const auto prepared = account_rows::parse_localpart(*tenant, localpart);
  if (!prepared) co_return unknown_account(localpart, *tenant);
  auto select = account_rows::select_keys(tenant->id, *prepared);
  const auto answer = co_await self->control.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty() || as_text(answer->rows[0][0]).empty()) co_return unknown_account(*prepared, *tenant);
  auto keys = account_rows::parse_keys(as_text(answer->rows[0][0]));
  if (keys) co_return std::move(*keys);
  co_return Error{ErrorKind::internal_server_error,
                  "The stored keys of '" + *prepared + "' at " + tenant->domain + " can't be read."};
}

Task<Result<void>> Accounts::State::check_password(Self self, Executor& home, TenantPtr tenant, std::string localpart,
                                                   std::string password) {
  if (password.empty() || password.size() > password_bytes_max) co_return wrong_password();
  if (auto prepared = account_rows::parse_localpart(*tenant, localpart)) localpart = std::move(*prepared);
  const auto stored = co_await load_keys(self, home, tenant, localpart);
  if (!stored && stored.error().kind != ErrorKind::item_not_found) co_return stored.error();
  const sasl::ScramKeys keys = stored ? *stored : sasl::make_fake_keys(self->fake_secret, localpart);
  struct Found {
    bool is_right = false;
    std::optional<sasl::ScramKeys> more_keys;
  };
  using Checked = Result<Found>;
  Async<Checked> checked(home, [self, tenant, keys, password](Async<Checked>::Done done) {
    const bool waits = self->queue.post(tenant->id, [done, keys, password](bool run) {
      if (!run) return done(too_busy());
      Found found{sasl::check_password(keys, password), {}};
      if (found.is_right) found.more_keys = sasl::add_other_form(keys, password);
      done(std::move(found));
    });
    if (!waits) done(too_busy());
  });
  const Checked found = co_await checked;
  if (!found) co_return found.error();
  if (!found->is_right || !stored) co_return wrong_password();
  if (found->more_keys) {
    auto replace = account_rows::replace_keys(tenant->id, localpart, keys, *found->more_keys);
    co_await self->control.execute(home, std::move(replace));  // else at the next login
  }
  co_return Result<void>();
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
