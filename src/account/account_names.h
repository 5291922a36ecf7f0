// Names that the server knows of a tenant's accounts beside their rows, read when it starts: the forms that are
// reserved with them (Aliases), and how the site spells its users' ids (Spellings). Afterwards Accounts keeps both.
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

// An account whose own name is another's form (both are older than that rule) keeps it.
Result<void> load_names(store::ControlPlane& control, const std::vector<TenantPtr>& tenants);

// An account was made, or removed, whose id has another localpart elsewhere: localpart_of_user() follows.
void keep_place(const Tenant& tenant, const std::string& localpart);
void forget_place(const Tenant& tenant, const std::string& localpart);

}  // namespace teahouse
