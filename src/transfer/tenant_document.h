// TenantDocument: tenant.json of an export, which comes first: what it is, and how the tenant is set.
//
// Keys and secrets are not in it, but for the one that makes occupant-ids, which hides and opens nothing.
//
// Thread: any. Errors: bad_request, with a sentence, for what is none, is of a newer format or holds what no tenant
// can.
#pragma once

#include <string>
#include <string_view>

#include "tenant/tenants.h"

namespace teahouse::transfer {

struct TenantDocument {
  bool is_of_one_user = false;
  ArrivingTenant tenant;  // its hosts are all but that of its accounts, and only those
};

std::string write_tenant_document(const Tenant& tenant, bool is_of_one_user, int64_t now_ms);
Result<TenantDocument> parse_tenant_document(std::string_view text);

}  // namespace teahouse::transfer
