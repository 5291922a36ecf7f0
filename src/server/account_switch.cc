#include "server/account_switch.h"

#include "account/accounts.h"
#include "server/device_sessions.h"
#include "server/home.h"

namespace teahouse {
namespace {

struct AccountDisabled {
  BareJid account;
  void arrive(Home& here) const {
    const HostPtr host = here.hosts().find(account.domainpart());
    if (!host || !host->tenant->disabled->has(account.localpart())) return;  // enabled again, or removed
    end_account_sessions(here, account, "account-disabled", disabled_text);
  }
};

}  // namespace

Task<Result<bool>> switch_account(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart,
                                  bool disabled) {
  const auto account = BareJid::make(localpart, tenant->domain());
  auto switched = co_await shared.accounts.set_disabled(loop, tenant, std::move(localpart), disabled);
  if (switched && disabled && account) end_sessions_of_disabled(shared, *account);
  co_return switched;
}

void end_sessions_of_disabled(Shared& shared, const BareJid& account) {
  shared.homes.send(shared.homes.place_of(account.str()), AccountDisabled{account});
}

}  // namespace teahouse
