#include "server/residents.h"

#include "base/log.h"
#include "server/home.h"

namespace teahouse {
namespace {

constexpr int looks_max = 5;  // for a name, while accounts are made all the time

Error no_such_account(const BareJid& jid) {
  return {ErrorKind::item_not_found, "There is no account " + jid.str() + "."};
}

}  // namespace

Resident* Residents::find_ready(std::string_view bare_jid) const {
  Resident* resident = find(bare_jid);
  return resident && !loading_.is_held(resident->jid().str()) ? resident : nullptr;
}

std::vector<Session*> Residents::sessions_of(TenantId tenant) const {
  std::vector<Session*> sessions;
  for (const Resident* resident : of(tenant)) {
    for (const auto& session : resident->sessions()) sessions.push_back(session.get());
  }
  return sessions;
}

void Residents::with(const BareJid& jid, Work work) {
  checker_.check();
  if (loading_.is_held(jid.str())) {
    loading_.wait(jid.str(), std::move(work));
    return;
  }
  if (Resident* resident = find(jid.str())) {
    work(resident);
    return;
  }
  const HostPtr host = home_.hosts().find(jid.domainpart());
  if (!host || host->kind != HostKind::accounts || !jid.has_localpart()) {
    work(no_such_account(jid));
    return;
  }
  if (home_.shared().accounts.is_known_absent(*host->tenant, jid.localpart())) {
    work(no_such_account(jid));
    return;
  }
  loading_.wait(jid.str(), std::move(work));
  spawn(load(jid, host));
}

Task<void> Residents::load(BareJid jid, HostPtr host) {
  for (int looks = 1;; ++looks) {
    const Result<Account> account =
        co_await home_.shared().accounts.find(home_.loop(), host->tenant, std::string(jid.localpart()));
    if (!account && account.error().kind != ErrorKind::item_not_found) {
      log::error("server", "An account could not be loaded", {{"jid", jid.str()}, {"why", account.error().text}});
      co_return finish_loading(jid, account.error());
    }
    // Also for one that is not there, so that it takes as long.
    auto resident = std::make_unique<Resident>(jid, host, account ? account->incarnation : 0);
    const auto loads = home_.hooks().resident_load;  // modules may come and go meanwhile
    for (const auto& each : loads) {
      const auto loaded = co_await each.hook(*resident);
      if (loaded) continue;
      log::error("server", "An account could not be loaded", {{"jid", jid.str()}, {"why", loaded.error().text}});
      co_return finish_loading(jid, loaded.error());
    }
    const auto parked = co_await home_.parking().take(host->tenant, jid);
    if (!parked) {
      log::error("server", "An account could not be loaded", {{"jid", jid.str()}, {"why", parked.error().text}});
      co_return finish_loading(jid, parked.error());
    }
    if (account) co_return finish_loading(jid, std::move(resident), *parked);
    // Somebody may have been given the name since, and what is for them stands in the line.
    const bool is_absent = home_.shared().accounts.is_known_absent(*host->tenant, jid.localpart());
    if (is_absent || looks == looks_max) co_return finish_loading(jid, account.error());
  }
}

void Residents::finish_loading(const BareJid& jid, Result<std::unique_ptr<Resident>> resident,
                               const ParkedAccount& parked) {
  const HostPtr host = home_.hosts().find(jid.domainpart());
  if (resident && host) {  // the tenant may have gone or changed meanwhile
    (*resident)->set_host(host);
    map_.add(std::move(*resident));
    home_.parking().wake(*find(jid.str()), parked);
  }
  loading_.release(jid.str(), [&](const Work& work) {
    // An earlier one may have removed the account.
    if (Resident* found = find(jid.str())) {
      work(found);
    } else {
      work(resident ? no_such_account(jid) : resident.error());
    }
  });
  forget_idle();
}

void Residents::forget_idle() {
  if (map_.size() - std::min(map_.size(), home_.sessions().size()) <= idle_max || sweep_pending_) return;
  sweep_pending_ = true;
  home_.loop().at_turn_end([this] {
    sweep_pending_ = false;
    map_.remove_idle(home_.clock().monotonic_ms());
  });
}

// In its turn among what is for the account: one that is just being loaded must not stay in memory.
void Residents::remove_account(const HostPtr& host, const BareJid& jid, const RemovalPtr& removal) {
  with(jid, [this, host, jid, removal](Result<Resident*> resident) {
    if (resident) {
      while (!(*resident)->sessions().empty()) {
        Session& session = *(*resident)->sessions().back();
        session.take_undelivered();
        home_.sessions().close(session, "not-authorized", "This account was removed.");
      }
      map_.remove(jid.str());
    }
    home_.shared().throttle.forget(host->tenant->id, jid.localpart());
    removal->await(home_.parking().drop(*host->tenant, jid));
    home_.hooks().account_removed(host, jid, removal);
    home_.hooks().address_gone(jid, removal);
  });
}

}  // namespace teahouse
