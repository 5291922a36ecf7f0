#include "modules/muc/account_removal.h"

#include "base/log.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/muc.h"
#include "modules/muc/service.h"

namespace teahouse::muc {
namespace {

// On the room's home.
void forget_in_room(Service& service, const HostPtr& host, const BareJid& room, const BareJid& account,
                    const RemovalPtr& removal) {
  service.with_room(host, room, [account, removal](Result<Room*> found) {
    if (!found) {
      removal->fail();
    } else if (*found) {
      change_affiliation(**found, account, {Affiliation::none, {}, {}}, {});
      (*found)->forget_holder(account);
    }
  });
}

Task<void> forget_in_rooms(ModuleContext& context, BareJid account, RemovalPtr removal) {
  const Mentions mentions = Storage::mentions(context);
  const auto own = context.tenant_at(account.domainpart());
  const auto rooms = co_await mentions.load(context.loop(), account, own);
  if (!rooms) {
    log::error("muc", "the affiliations of a removed account could not be looked up", {{"error", rooms.error().text}});
    removal->fail();
    co_return;
  }
  std::function<void(const Mention&, const RemovalPtr&)> work = [&context, account](const Mention& each,
                                                                                    const RemovalPtr& part) {
    context.at(each.tenant, each.by, [room = each.by, account, part](Module* module, const HostPtr& host) {
      Service* service = find_service(module);
      if (service && host) forget_in_room(*service, host, room, account, part);
    });
  };
  const bool forgotten = co_await remove_in_portions(context.loop(), *rooms, std::move(work));
  if (forgotten) {
    removal->await(mentions.forget(*rooms, account));
  } else {
    removal->fail();
  }
}

}  // namespace

void forget_account(ModuleContext& context, const BareJid& account, const RemovalPtr& removal) {
  context.at_each([account, removal](Module& module) { find_service(&module)->forget_invitations(account); });
  spawn(forget_in_rooms(context, account, removal));
}

Task<Result<std::vector<BareJid>>> find_named(ModuleContext& context, std::string domain) {
  const Mentions mentions = Storage::mentions(context);
  auto named = co_await mentions.load_named(context.loop(), std::move(domain));
  co_return named;
}

}  // namespace teahouse::muc
