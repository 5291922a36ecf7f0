#include "api/homes.h"

namespace teahouse::api {

BareJid account_jid(const Tenant& tenant, std::string_view localpart) {
  return BareJid::make(localpart, tenant.domain).value();
}

Task<Result<void>> remove_account_whole(ApiContext& api, TenantPtr tenant, std::string localpart) {
  auto removed = co_await api.house().accounts.remove(api.loop(), tenant, localpart);
  if (!removed) co_return removed;
  const BareJid jid = account_jid(*tenant, localpart);
  std::function<Lsn(Home&)> forget = [jid](Home& home) {
    if (const HostPtr host = home.hosts().find(jid.domainpart())) home.remove_account(host, jid);
    return home.data().appended();
  };
  const Lsn lsn = co_await ask_home(api, api.house().homes.of(jid.str()), std::move(forget));
  auto waited = co_await api.house().data.wait(api.loop(), lsn);
  co_return waited;
}

}  // namespace teahouse::api
