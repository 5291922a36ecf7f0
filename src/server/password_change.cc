#include "server/password_change.h"

#include "account/accounts.h"
#include "server/device_sessions.h"
#include "server/home.h"

namespace teahouse {
namespace {

struct PasswordChanged {
  BareJid account;
  std::string asking;
  void arrive(Home& here) const {
    // Clients come back after "reset" by themselves, and ask for a password where theirs is refused then.
    end_other_sessions(here, account, asking, "reset", "The password of this account has changed. Log in again.");
  }
};

}  // namespace

Task<Result<void>> change_password(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart,
                                   std::string password, std::string asking) {
  const auto account = BareJid::make(localpart, tenant->domain());
  const auto set = co_await shared.accounts.set_password(loop, tenant, localpart, password);
  if (set && account) end_sessions_of_old_password(shared, *account, std::move(asking));
  co_return set;
}

void end_sessions_of_old_password(Shared& shared, const BareJid& account, std::string asking) {
  shared.homes.send(shared.homes.place_of(account.str()), PasswordChanged{account, std::move(asking)});
}

}  // namespace teahouse
