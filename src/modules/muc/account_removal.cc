#include "modules/muc/account_removal.h"

#include "base/log.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/muc.h"
#include "modules/muc/service.h"

namespace teahouse::muc {
namespace {

// On the room's home.
void forget_in_room(Home& there, const BareJid& room, const BareJid& account, const RemovalPtr& removal) {
  Service* service = find_service(there);
  const HostPtr host = there.hosts().find(room.domainpart());
  if (!service || !host) return;
  service->with_room(host, room, [account, removal](Result<Room*> found) {
    if (!found) {
      removal->fail();
    } else if (*found) {
      change_affiliation(**found, account, {Affiliation::none, {}, {}}, {});
      (*found)->forget_holder(account);
    }
  });
}

Task<void> forget_in_rooms(Home& home, BareJid account, RemovalPtr removal) {
  const Mentions mentions = Storage::mentions(home.data());
  const HostPtr host = home.hosts().find(account.domainpart());
  const auto own = host ? std::optional(host->tenant->id) : std::nullopt;
  const auto rooms = co_await mentions.load(home.loop(), account, own);
  if (!rooms) {
    log::error("muc", "the affiliations of a removed account could not be looked up", {{"error", rooms.error().text}});
    removal->fail();
    co_return;
  }
  std::function<void(const Mention&, const RemovalPtr&)> work = [&home, account](const Mention& each,
                                                                                 const RemovalPtr& part) {
    Home& there = home.house().homes.of(each.by.str());
    there.loop().post([&there, room = each.by, account, part] { forget_in_room(there, room, account, part); });
  };
  const bool forgotten = co_await remove_in_portions(home.loop(), *rooms, std::move(work));
  if (forgotten) {
    removal->await(mentions.forget(*rooms, account));
  } else {
    removal->fail();
  }
}

}  // namespace

void forget_account(Home& home, const BareJid& account, const RemovalPtr& removal) {
  for (Home* each : home.house().homes.all) {
    each->loop().post([each, account, removal] {
      if (Service* service = find_service(*each)) service->forget_invitations(account);
    });
  }
  spawn(forget_in_rooms(home, account, removal));
}

Task<Result<std::vector<BareJid>>> find_named(Home& home, std::string domain) {
  const Mentions mentions = Storage::mentions(home.data());
  auto named = co_await mentions.load_named(home.loop(), std::move(domain));
  co_return named;
}

}  // namespace teahouse::muc
