// AccountRemovals: accounts that are gone while something is kept for them, or of them, still.
//
// Others keep something of an account too (rosters, lists of rooms), and the next owner of its name must inherit none
// of it. So it goes in two steps: begin() ends when the account is gone and its name noted, on disk, as nobody's; from
// then on nobody can have the name until end(), which is called when all the rest is gone. If anything stops it
// between, also a crash, the note stays, and find() finds it.
//
// Thread: any; the tasks go on on `home`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "store/control_plane.h"

namespace teahouse {

// A caller's hold of a removal: while it lives, no other caller gets it.
class AccountRemoval {
 public:
  AccountRemoval(TenantId tenant, std::string localpart, std::function<void()> given_up)
      : tenant_(tenant), localpart_(std::move(localpart)), given_up_(std::move(given_up)) {}
  AccountRemoval(const AccountRemoval&) = delete;
  ~AccountRemoval() { given_up_(); }
  TenantId tenant() const { return tenant_; }
  const std::string& localpart() const { return localpart_; }

 private:
  const TenantId tenant_;
  const std::string localpart_;
  const std::function<void()> given_up_;
};
using AccountRemovalPtr = std::shared_ptr<const AccountRemoval>;

class AccountRemovals {
 public:
  explicit AccountRemovals(store::ControlPlane& control);
  // `before`: what the same transaction does first. Errors: item_not_found. REQUIRES: the localpart is prepared.
  Task<Result<AccountRemovalPtr>> begin(Executor& home, TenantId tenant, std::string localpart,
                                        std::vector<store::Statement> before = {});
  Task<Result<void>> end(Executor& home, AccountRemovalPtr removal);
  // The removals that have not ended and that no caller holds, at most so many.
  Task<Result<std::vector<AccountRemovalPtr>>> find(Executor& home, size_t rows_max);
  // Another number whenever an account of this name has been removed: those that knew its owner before know by it that
  // the name is not that owner's any more. Limits: after 10,000 removals all names get other numbers.
  uint64_t number(TenantId tenant, const std::string& localpart) const;
  // Is the name of this account not free yet?
  Task<Result<bool>> has(Executor& home, TenantId tenant, std::string localpart);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace teahouse
