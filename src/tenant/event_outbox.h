// The outbox: events of what the control plane decides (users, tenants, audit), as rows of it.
//
// An event is put there by the transaction that does the thing, so there is one if and only if the thing was done. A
// drain appends what is there to the logs of the tenants, in the order in which it was put, and then removes it. A
// crash between the two leaves an event in both: the row in the log carries its number in the outbox, and the next
// drain passes over it.
//
// Thread: any; the task goes on on `home`.
#pragma once

#include <functional>
#include <vector>

#include "base/task.h"
#include "events/event.h"
#include "store/control_plane.h"
#include "store/data_plane.h"
#include "tenant/tables.h"
#include "tenant/tenant.h"

namespace teahouse::event_outbox {

std::vector<store::Migration> migrations();
std::vector<TenantTable> tables();

// To be added to the statements that do the thing, where `is_done`, a SELECT, has a row if and only if they did it. The
// last one changes 1 row then, else none.
std::vector<store::Statement> put(TenantId tenant, const Event& event, const store::Statement& is_done);

using FindTenant = std::function<TenantPtr(TenantId)>;
// Of all tenants; what is there for one that is being removed goes with it. REQUIRES: one at a time.
Task<Result<void>> drain(Executor& home, store::ControlPlane& control, store::DataPlane& data, FindTenant find_tenant);

}  // namespace teahouse::event_outbox
