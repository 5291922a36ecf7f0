// Residents: the accounts of one home: they come into memory when somebody needs them, and leave when nobody has for a
// while.
//
// Thread: the home's.
// Limits: idle_max accounts without a session stay in memory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "account/accounts.h"
#include "base/home_checker.h"
#include "base/result.h"
#include "base/task.h"
#include "server/loading.h"
#include "server/parked.h"
#include "server/removal.h"
#include "server/resident_map.h"
#include "tenant/host_table.h"
#include "xmpp/jid.h"

namespace teahouse {

class Home;

class Residents {
 public:
  static constexpr size_t idle_max = 4096;

  explicit Residents(Home& home) : home_(home) {}

  Resident* find(std::string_view bare_jid) const { return map_.find(bare_jid); }  // only if in memory
  // Those of a tenant that are in memory, in no order. Until one comes or leaves.
  const std::vector<Resident*>& of(TenantId tenant) const { return map_.of(tenant); }
  std::vector<Session*> sessions_of(TenantId tenant) const;
  template <class F>
  void for_each(F&& visit) const {
    map_.for_each(std::forward<F>(visit));
  }
  size_t size() const { return map_.size(); }

  // Calls back with the account (never null), loaded if need be: now when it is in memory, else later (calls for one
  // account keep their order). Errors: item_not_found when there is no such account, another when nobody can tell, or
  // what is kept of it can't be read. REQUIRES: it belongs to this home.
  using Work = std::function<void(Result<Resident*>)>;
  void with(const BareJid& jid, Work work);
  // In memory, and nothing stands in the line for it.
  Resident* find_ready(std::string_view bare_jid) const;
  // So much stands in the line for an account that what strangers send is refused.
  bool is_full(const BareJid& jid) const { return loading_.is_full(jid.str()); }

  // The account was removed: its sessions end, the modules forget it, and so do those that name it; `removal` is let go
  // when all have.
  void remove_account(const HostPtr& host, const BareJid& jid, const RemovalPtr& removal);
  void remove_tenant(TenantId tenant) { map_.remove_tenant(tenant); }
  // Where too many are idle they go, at the end of this turn.
  void forget_idle();

 private:
  Task<void> load(BareJid jid, HostPtr host);
  void finish_loading(const BareJid& jid, Result<std::unique_ptr<Resident>> resident, const ParkedAccount& parked = {});

  Home& home_;
  ResidentMap map_;
  Loading<std::string, Work> loading_;
  bool sweep_pending_ = false;
  HomeChecker checker_;
};

}  // namespace teahouse
