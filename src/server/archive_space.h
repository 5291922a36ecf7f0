// May a tenant's archives take another message? Asked once, where it would be written; the answer goes back to the
// sender, by whatever way it came.
//
// Thread: any.
// Limits: the plan's archive_bytes, of which the last quarter is for what the tenant's own users and its site send:
// nobody else keeps them from talking to each other.
// Errors: resource_constraint; those of DiskHealth.
#pragma once

#include <string_view>

#include "base/result.h"
#include "store/disk_health.h"
#include "tenant/tenant.h"

namespace teahouse {

// `sender_domain`: that of the message's sender, in a room the occupant's own.
Result<void> check_archive_space(const Tenant& tenant, const store::DiskHealth& disk, std::string_view sender_domain);

}  // namespace teahouse
