#include "server/account_removal.h"

#include "server/home.h"

namespace teahouse {
namespace {

Error something_left(std::string_view of) {
  return {ErrorKind::internal_server_error,
          "Something of " + std::string(of) + " could not be removed. It will be tried again."};
}

void start_forgetting(Home& there, const BareJid& address, const RemovalPtr& removal) {
  there.loop().post([&there, address, removal] { there.hooks().address_gone(address, removal); });
}

// On the home of the domain.
Task<void> forget_domain_here(Home& here, std::string domain, std::function<void(Result<void>)> done) {
  const auto all = here.hooks().named_at;  // modules may come and go meanwhile
  for (const auto& each : all) {
    const auto addresses = co_await each.hook(domain);
    if (!addresses) {
      done(addresses.error());
      co_return;
    }
    std::function<void(const BareJid&, const RemovalPtr&)> work = [&here](const BareJid& each, const RemovalPtr& part) {
      start_forgetting(here.house().homes.of(each.str()), each, part);
    };
    const bool whole = co_await remove_in_portions(here.loop(), *addresses, std::move(work));
    if (!whole) {
      done(something_left(domain));
      co_return;
    }
  }
  const auto on_disk = co_await here.data().wait(here.loop(), here.data().appended());
  done(on_disk);
}

}  // namespace

Task<Result<void>> remove_account_whole(House& house, net::Loop& loop, TenantPtr tenant, std::string localpart) {
  auto removal = co_await house.accounts.remove(loop, tenant, std::move(localpart));
  if (!removal) co_return removal.error();
  auto finished = co_await finish_account_removal(house, loop, std::move(tenant), *removal);
  co_return finished;
}

Task<Result<void>> finish_account_removal(House& house, net::Loop& loop, TenantPtr tenant, AccountRemovalPtr removal) {
  const BareJid jid = BareJid::make(removal->localpart(), tenant->domain()).value();
  Home& there = house.homes.of(jid.str());
  Async<bool> forgotten(loop, [&there, jid](Async<bool>::Done done) {
    there.loop().post([&there, jid, part = std::make_shared<Removal>(std::move(done))] {
      if (const HostPtr host = there.hosts().find(jid.domainpart())) there.remove_account(host, jid, part);
    });
  });
  const bool whole = co_await forgotten;
  if (!whole) co_return something_left(jid.str());
  auto on_disk = co_await house.data.wait(loop, house.data.appended());
  if (!on_disk) co_return on_disk;
  auto ended = co_await house.accounts.removals().end(loop, std::move(removal));
  co_return ended;
}

Task<Result<void>> forget_domain(House& house, Executor& home, std::string domain) {
  Home& there = house.homes.of(domain);
  Async<Result<void>> forgotten(home, [&there, domain](Async<Result<void>>::Done done) {
    there.loop().post([&there, domain, done] { spawn(forget_domain_here(there, domain, done)); });
  });
  co_return co_await forgotten;
}

}  // namespace teahouse
