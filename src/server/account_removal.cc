#include "server/account_removal.h"

namespace teahouse {

Task<Result<void>> remove_account_whole(House& house, net::Loop& loop, TenantPtr tenant, std::string localpart) {
  auto removed = co_await house.accounts.remove(loop, tenant, localpart);
  if (!removed) co_return removed;
  const BareJid jid = BareJid::make(localpart, tenant->domain).value();
  Home& there = house.homes.of(jid.str());
  Async<Lsn> forgotten(loop, [&there, jid](Async<Lsn>::Done done) {
    there.loop().post([&there, jid, done] {
      const auto receipt = std::make_shared<CallbackReceipt>([&there, done](Lsn) { done(there.data().appended()); });
      if (const HostPtr host = there.hosts().find(jid.domainpart())) there.remove_account(host, jid, receipt);
    });
  });
  const Lsn lsn = co_await forgotten;
  auto waited = co_await house.data.wait(loop, lsn);
  co_return waited;
}

}  // namespace teahouse
