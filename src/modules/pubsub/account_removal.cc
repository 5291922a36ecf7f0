#include "modules/pubsub/account_removal.h"

#include "modules/pubsub/hosts.h"
#include "modules/pubsub/storage.h"

namespace teahouse::pubsub {
namespace {

// To a service that is a host, and names the account.
struct EntityGone {
  BareJid account;
  RemovalPtr removal;

  void arrive(Module* module, const HostPtr& host) const {
    Hosts* hosts = find_hosts(module);
    if (hosts && host) hosts->forget(host, account, removal);
  }
};

}  // namespace

Task<void> forget_elsewhere(ModuleContext& context, BareJid account, RemovalPtr removal) {
  const Mentions mentions = Storage::mentions(context);
  const auto own = context.tenant_at(account.domainpart());
  const auto found = co_await mentions.load(context.loop(), account, own);
  if (!found) {
    removal->fail();
    co_return;
  }
  // The nodes of an account are forgotten in by Pep, when it hears that its contact is gone.
  std::function<void(const Mention&, const RemovalPtr&)> work = [&context, account](const Mention& each,
                                                                                    const RemovalPtr& part) {
    if (each.by.has_localpart()) return context.tell_gone(each.by, account, part);
    context.send(each.tenant, each.by, EntityGone{account, part});
  };
  const bool told = co_await remove_in_portions(context.loop(), *found, std::move(work));
  if (told) {
    removal->await(mentions.forget(*found, account));
  } else {
    removal->fail();
  }
}

Task<Result<std::vector<BareJid>>> find_named(ModuleContext& context, std::string domain) {
  const Mentions mentions = Storage::mentions(context);
  auto named = co_await mentions.load_named(context.loop(), std::move(domain));
  co_return named;
}

}  // namespace teahouse::pubsub
