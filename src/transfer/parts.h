// Parts: what an export is made of, and an import fills.
//
// Thread: each of them any. Lifetime: they outlive what is exported and imported.
#pragma once

#include <functional>
#include <vector>

#include "account/accounts.h"
#include "base/clock.h"
#include "files/files.h"
#include "store/control_plane.h"
#include "store/data_plane.h"
#include "tenant/tenants.h"
#include "transfer/row_form.h"

namespace teahouse::transfer {

struct Parts {
  store::ControlPlane& control;
  store::DataPlane& data;
  Tenants& tenants;
  Accounts& accounts;
  const Clock& clock;
  std::vector<RowForm> forms = {};
  // The data plane hears of a new tenant before it has anything of it. May be empty.
  std::function<Task<void>(Executor& home, TenantId tenant)> note_tenant = {};
};

const RowForm* find_form(const Parts& parts, std::string_view map);

}  // namespace teahouse::transfer
