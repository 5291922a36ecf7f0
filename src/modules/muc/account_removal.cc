#include "modules/muc/account_removal.h"

#include "base/log.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/muc.h"
#include "modules/muc/service.h"

namespace teahouse::muc {
namespace {

// To a room that names the account.
struct HolderGone {
  BareJid room, account;
  RemovalPtr removal;

  void arrive(Module* module, const HostPtr& host) const {
    Service* service = find_service(module);
    if (!service || !host) return;
    service->with_room(host, room, [account = account, removal = removal](Result<Room*> found) {
      if (!found) {
        removal->fail();
      } else if (*found) {
        change_affiliation(**found, account, {Affiliation::none, {}, {}}, {});
        (*found)->traffic()->wait_for((*found)->remove_registration_request(account));
        (*found)->traffic()->wait_for((*found)->forget_in_versions(account));
        (*found)->traffic()->wait_for((*found)->set_worn(account, {}));
        (*found)->traffic()->wait_for((*found)->forget_invitations(account));
        (*found)->forget_holder(account);
      }
    });
  }
};

// To every home: rooms that are being set up have no mentions.
struct InvitedGone {
  BareJid account;
  RemovalPtr removal;

  void arrive(Module* module, const HostPtr& /*host*/) const {
    if (Service* service = find_service(module)) service->forget_invitations(account);
  }
};

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
    context.send(each.tenant, each.by, HolderGone{each.by, account, part});
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
  context.send_each(InvitedGone{account, removal});
  spawn(forget_in_rooms(context, account, removal));
}

Task<Result<std::vector<BareJid>>> find_named(ModuleContext& context, std::string domain) {
  const Mentions mentions = Storage::mentions(context);
  auto named = co_await mentions.load_named(context.loop(), std::move(domain));
  co_return named;
}

}  // namespace teahouse::muc
