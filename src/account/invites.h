// Invites: the invitations of tenants: each a token that opens one account, or makes one contact, or both, once.
//
// They live in memory as well; the table is read once, at the start. A token is seen once and kept as its hash.
//
// Thread: any; the tasks go on on `home`.
// Limits: 20 of one inviter and 1,000 of a tenant that have not run out (resource_constraint), of which the last 200
// are for admins and the site; they last a minute to 90 days. Errors: bad_request, item_not_found. Spec: XEP-0401,
// XEP-0379, XEP-0445.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tables.h"
#include "tenant/tenant.h"
#include "tenant/turns.h"

namespace teahouse {

struct Invite {
  int64_t id = 0;
  TenantId tenant = TenantId::server;
  std::string inviter;      // a localpart; empty: the site itself
  int64_t incarnation = 0;  // of the inviter's account
  std::string localpart;    // the name that is kept for the account; empty: any
  bool opens_account = false;
  bool makes_contact = false;  // of the inviter
  int64_t created_ms = 0, expires_ms = 0;
};
using InvitePtr = std::shared_ptr<const Invite>;

class Invites {
 public:
  static constexpr size_t inviter_max = 20, users_max = 800, tenant_max = 1000;
  static constexpr int64_t lasts_s_min = 60, lasts_s = 7 * 86'400, lasts_s_max = 90 * 86'400;

  Invites(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  struct Made {
    InvitePtr invite;
    std::string token;  // the only time that it is seen
  };
  // Its id and times are filled in. By an admin, or the site: without inviter_max and users_max. REQUIRES: names are
  // prepared; an inviter where it makes a contact.
  Task<Result<Made>> make(Executor& home, Invite wanted, int64_t lasts_s, bool is_by_admin);
  Task<Result<void>> revoke(Executor& home, TenantId tenant, int64_t id);
  std::vector<InvitePtr> list(TenantId tenant) const;  // by id, those that have not run out
  // The tenant's invitation of this token, while it lasts; null for all other tokens. Found by its hash, so that its
  // time tells nothing of a token.
  InvitePtr find(TenantId tenant, std::string_view token) const;
  // Is the name kept for an account of another invitation than this one (null: of any)?
  bool keeps_name(TenantId tenant, std::string_view localpart, const Invite* but = nullptr) const;

  // An invitation is used once: between take() and give_back() or drop() nobody else takes it. False: it is taken, used
  // or revoked; one that has run out since it was found is still taken (XEP-0445).
  bool take(const Invite& invite);
  void give_back(const Invite& invite);
  void drop(const Invite& invite);
  // Removes its row, to be run with what it is used for.
  static store::Statement remove(const Invite& invite);
  // drop(), with the row.
  Task<Result<void>> use_up(Executor& home, InvitePtr invite);

  // With an account's row: those of its own.
  static store::Statement remove_of(TenantId tenant, const std::string& inviter);
  void forget(TenantId tenant, std::string_view inviter);
  void forget(TenantId tenant);

 private:
  struct Kept {
    InvitePtr invite;
    bool taken = false;
  };
  bool is_over(const Invite& invite) const { return invite.expires_ms <= clock_.wall_ms(); }
  Result<void> check_room(const Invite& wanted, bool is_by_admin) const;
  void keep(const std::string& hash, Invite invite);
  template <class Which>
  void erase(TenantId tenant, const Which& which);

  store::ControlPlane& control_;
  const Clock& clock_;
  Turns turns_;

  mutable std::mutex mutex_;                      // of what follows
  std::unordered_map<std::string, Kept> kept_;    // by hash of tenant and token
  std::unordered_map<int64_t, std::string> ids_;  // their hashes
  std::unordered_map<TenantId, std::vector<InvitePtr>> of_tenant_;
};

}  // namespace teahouse
