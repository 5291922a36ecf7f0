// The state that the parts of Accounts share: accounts.cc (finding, removing), account_making.cc, account_passwords.cc.
#pragma once

#include <memory>
#include <string>

#include "account/absent_names.h"
#include "account/accounts.h"
#include "account/password_queue.h"
#include "base/random.h"

namespace teahouse {

// Thread: any; the tasks go on on `home`.
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

inline Error unknown_account(const std::string& localpart, const Tenant& tenant) {
  return {ErrorKind::item_not_found, "There is no account '" + localpart + "' at " + tenant.domain() + "."};
}

}  // namespace teahouse
