#include "server/account_removal.h"

#include "server/home.h"
#include "tenant/tenants.h"

namespace teahouse {
namespace {

Error something_left(std::string_view of) {
  return {ErrorKind::internal_server_error,
          "Something of " + std::string(of) + " could not be removed. It will be tried again."};
}

struct AddressGone {
  BareJid address;
  RemovalPtr removal;
  void arrive(Home& here) const { here.hooks().address_gone(address, removal); }
};

struct AccountGone {
  BareJid account;
  RemovalPtr removal;
  void arrive(Home& here) const {
    if (const HostPtr host = here.hosts().find(account.domainpart())) {
      here.residents().remove_account(host, account, removal);
    }
  }
};

// On the home of the domain.
Task<void> forget_domain_here(Home& here, std::string domain, std::function<void(Result<void>)> done) {
  const auto all = here.hooks().named_at;  // modules may come and go meanwhile
  for (const auto& each : all) {
    const auto addresses = co_await each.hook(domain);
    if (!addresses) {
      done(addresses.error());
      co_return;
    }
    std::function<void(const BareJid&, const RemovalPtr&)> work = [&here](const BareJid& account,
                                                                          const RemovalPtr& part) {
      const Homes& homes = here.shared().homes;
      homes.send(homes.place_of(account.str()), AddressGone{account, part});
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

struct DomainGone {
  std::string domain;
  std::function<void(Result<void>)> done;
  void arrive(Home& here) const { spawn(forget_domain_here(here, domain, done)); }
};

}  // namespace

Task<Result<void>> remove_account_whole(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart) {
  auto removal = co_await shared.accounts.remove(loop, tenant, std::move(localpart));
  if (!removal) co_return removal.error();
  auto finished = co_await finish_account_removal(shared, loop, std::move(tenant), *removal);
  co_return finished;
}

Task<Result<void>> finish_account_removal(Shared& shared, net::Loop& loop, TenantPtr tenant,
                                          AccountRemovalPtr removal) {
  const BareJid jid = BareJid::make(removal->localpart(), tenant->domain()).value();
  Async<bool> forgotten(loop, [&homes = shared.homes, jid](Async<bool>::Done done) {
    homes.send(homes.place_of(jid.str()), AccountGone{jid, std::make_shared<Removal>(std::move(done))});
  });
  const bool whole = co_await forgotten;
  if (!whole) co_return something_left(jid.str());
  auto on_disk = co_await shared.data.wait(loop, shared.data.appended());
  if (!on_disk) co_return on_disk;
  if (shared.tenants) {
    auto dropped = co_await shared.tenants->drop_admin(loop, tenant->id, jid.str());
    if (!dropped) co_return dropped;
  }
  auto ended = co_await shared.accounts.removals().end(loop, std::move(removal));
  co_return ended;
}

Task<Result<void>> forget_domain(Shared& shared, Executor& home, std::string domain) {
  Async<Result<void>> forgotten(home, [&homes = shared.homes, domain](Async<Result<void>>::Done done) {
    homes.send(homes.place_of(domain), DomainGone{domain, std::move(done)});
  });
  co_return co_await forgotten;
}

}  // namespace teahouse
