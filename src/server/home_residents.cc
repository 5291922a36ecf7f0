// Accounts come into memory when somebody needs them, and leave when nobody has for a while.
#include "base/log.h"
#include "server/home.h"

namespace teahouse {
namespace {

Error no_such_account(const BareJid& jid) {
  return {ErrorKind::item_not_found, "There is no account " + jid.str() + "."};
}

}  // namespace

Resident* Home::find_resident(std::string_view bare_jid) { return residents_.find(bare_jid); }

void Home::with_resident(const BareJid& jid, ResidentWork work) {
  checker_.check();
  if (loading_.is_held(jid.str())) {
    loading_.wait(jid.str(), std::move(work));
    return;
  }
  if (Resident* resident = find_resident(jid.str())) {
    work(resident);
    return;
  }
  const HostPtr host = hosts_.find(jid.domainpart());
  if (!host || host->kind != HostKind::accounts || !jid.has_localpart()) {
    work(no_such_account(jid));
    return;
  }
  if (house_.accounts.is_known_absent(*host->tenant, jid.localpart())) {
    work(no_such_account(jid));
    return;
  }
  loading_.wait(jid.str(), std::move(work));
  spawn(load(jid, host));
}

Task<void> Home::load(BareJid jid, HostPtr host) {
  const Result<Account> account = co_await house_.accounts.find(loop_, host->tenant, std::string(jid.localpart()));
  if (!account && account.error().kind != ErrorKind::item_not_found) {
    log::error("server", "An account could not be loaded", {{"jid", jid.str()}, {"why", account.error().text}});
    finish_loading(jid, account.error());
    co_return;
  }
  // Also for one that is not there, so that it takes as long.
  auto resident = std::make_unique<Resident>(jid, host, account ? account->incarnation : 0);
  const auto loads = hooks_.resident_load;  // modules may come and go meanwhile
  for (const auto& each : loads) {
    const auto loaded = co_await each.hook(*resident);
    if (loaded) continue;
    log::error("server", "An account could not be loaded", {{"jid", jid.str()}, {"why", loaded.error().text}});
    finish_loading(jid, loaded.error());
    co_return;
  }
  if (account) {
    finish_loading(jid, std::move(resident));
  } else {
    finish_loading(jid, account.error());
  }
}

void Home::finish_loading(const BareJid& jid, Result<std::unique_ptr<Resident>> resident) {
  const HostPtr host = hosts_.find(jid.domainpart());
  if (resident && host) {  // the tenant may have gone or changed meanwhile
    (*resident)->set_host(host);
    residents_.add(std::move(*resident));
  }
  loading_.release(jid.str(), [&](const ResidentWork& work) {
    // An earlier one may have removed the account.
    if (Resident* found = find_resident(jid.str())) {
      work(found);
    } else {
      work(resident ? no_such_account(jid) : resident.error());
    }
  });
  forget_idle_residents();
}

void Home::forget_idle_residents() {
  if (residents_.size() - std::min(residents_.size(), sessions_.size()) <= idle_residents_max || sweep_pending_) return;
  sweep_pending_ = true;
  loop_.at_turn_end([this] {
    sweep_pending_ = false;
    residents_.remove_idle();
  });
}

// In its turn among what is for the account: one that is just being loaded must not stay in memory.
void Home::remove_account(const HostPtr& host, const BareJid& jid, const RemovalPtr& removal) {
  with_resident(jid, [this, host, jid, removal](Result<Resident*> resident) {
    if (resident) {
      while (!(*resident)->sessions().empty()) {
        Session& session = *(*resident)->sessions().back();
        session.take_undelivered();
        close_session(session, "not-authorized", "This account was removed.");
      }
      residents_.remove(jid.str());
    }
    house_.throttle.forget(host->tenant->id, jid.localpart());
    hooks_.account_removed(host, jid, removal);
    hooks_.address_gone(jid, removal);
  });
}

}  // namespace teahouse
