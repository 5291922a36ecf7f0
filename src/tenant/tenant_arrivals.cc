// Tenants, how one arrives that was elsewhere before. It has the state of one that is being removed, and memory alone
// knows that it is not to be: a crash forgets that, and so the next start removes what had come.
#include <algorithm>

#include "events/event_log.h"
#include "tenant/names.h"
#include "tenant/tenants.h"

namespace teahouse {

Task<Result<MadeTenant>> Tenants::begin_arrival(Executor& home, ArrivingTenant arriving, std::string actor) {
  auto turn = co_await turns_.take(home);
  auto draft = make_tenant(arriving.wanted, nullptr);
  if (!draft) co_return draft.error();
  const std::vector<TenantPtr> others = list();
  const bool is_taken = std::any_of(others.begin(), others.end(),
                                    [&](const TenantPtr& other) { return other->site_id == arriving.site_id; });
  if (!arriving.site_id.empty() && !is_taken) draft->site_id = std::move(arriving.site_id);
  if (!arriving.occupant_id_secret.empty()) draft->occupant_id_secret = std::move(arriving.occupant_id_secret);
  if (arriving.created_ms > 0) draft->created_ms = arriving.created_ms;
  draft->component_permissions = std::move(arriving.component_permissions);
  const auto drawn = co_await draw_id(home);
  if (!drawn) co_return drawn.error();
  draft->id = *drawn;
  draft->being_removed = draft->suspended = true;
  draft->suspend_reason = arrival_reason;
  {
    const std::lock_guard lock(arrivals_mutex_);
    arriving_.insert(*drawn);
  }
  Standing standing;
  standing.suspended = standing.by_operator = true;
  standing.reason = draft->suspend_reason;
  auto storing =
      store_new(home, std::move(*draft), std::move(standing), std::move(actor), std::vector<store::Statement>());
  auto made = co_await storing;
  if (!made) {
    const std::lock_guard lock(arrivals_mutex_);
    arriving_.erase(*drawn);
  }
  co_return made;
}

Task<Result<TenantPtr>> Tenants::end_arrival(Executor& home, TenantId id) {
  auto turn = co_await turns_.take(home);
  const TenantPtr tenant = find(id);
  if (!tenant || !is_arriving(id)) { co_return Error{ErrorKind::item_not_found, "No such tenant is being imported."}; }
  Tenant whole = *tenant;
  whole.being_removed = false;
  ChangedWith with{Standing{}};
  EventBody event = TenantMade{{whole.name}};
  auto replacing = replace(home, std::move(whole), std::move(event), std::move(with));
  auto replaced = co_await replacing;
  if (!replaced) co_return replaced;
  const std::lock_guard lock(arrivals_mutex_);
  arriving_.erase(id);
  co_return replaced;
}

Task<Result<void>> Tenants::cancel_arrival(Executor& home, TenantPtr tenant) {
  {
    const std::lock_guard lock(arrivals_mutex_);
    arriving_.erase(tenant->id);
  }
  const auto removed = co_await remove(home, tenant->name);
  co_return removed ? Result<void>() : Result<void>(removed.error());
}

bool Tenants::is_arriving(TenantId tenant) const {
  const std::lock_guard lock(arrivals_mutex_);
  return arriving_.contains(tenant);
}

}  // namespace teahouse
