#include "modules/muc/account_removal.h"

#include "base/log.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/muc.h"
#include "modules/muc/service.h"

namespace teahouse::muc {
namespace {

// On the room's home.
void forget_in_room(Home& there, const BareJid& room, const BareJid& account, const ReceiptPtr& forgotten) {
  Service* service = find_service(there);
  const HostPtr host = there.hosts().find(room.domainpart());
  if (!service || !host) return;
  service->with_room(host, room, [account, forgotten](Result<Room*> found) {
    if (found && *found) change_affiliation(**found, account, {Affiliation::none, {}, {}}, {});
  });
}

Task<void> forget_in_rooms(Home& home, TenantPtr tenant, BareJid account, ReceiptPtr forgotten) {
  const Storage storage(home.data(), tenant->id);
  const auto rooms = co_await storage.list_of(home.loop(), account);
  if (!rooms) {
    log::error("muc", "the affiliations of a removed account could not be looked up", {{"error", rooms.error().text}});
    co_return;
  }
  storage.forget_user(account);
  for (const BareJid& room : *rooms) {
    Home& there = home.house().homes.of(room.str());
    there.loop().post([&there, room, account, forgotten] { forget_in_room(there, room, account, forgotten); });
  }
}

}  // namespace

void forget_account(Home& home, const HostPtr& host, const BareJid& account, const ReceiptPtr& forgotten) {
  spawn(forget_in_rooms(home, host->tenant, account, forgotten));
}

}  // namespace teahouse::muc
