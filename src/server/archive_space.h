// May a tenant's archives take another message? Asked once, where it would be written; the answer goes back to the
// sender, by whatever way it came.
//
// Thread: any.
// Errors: resource_constraint at the plan's archive_bytes; those of DiskHealth.
#pragma once

#include "base/result.h"
#include "store/disk_health.h"
#include "tenant/tenant.h"

namespace teahouse {

Result<void> check_archive_space(const Tenant& tenant, const store::DiskHealth& disk);

}  // namespace teahouse
