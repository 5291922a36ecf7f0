// Principal: who asks, once it is known: the operator, a tenant's owner (their server, with an API key), one of its
// users, or anyone.
#pragma once

#include <optional>
#include <string>

#include "account/site_token.h"
#include "tenant/tenant.h"

namespace teahouse::api {

// A bit each, so that a set of them says who may do a thing. A new kind is a line here, and one in describe().
enum PrincipalKind : unsigned { by_anyone = 1, by_operator = 2, by_owner = 4, by_user = 8 };

struct Principal {
  PrincipalKind kind = by_anyone;
  TenantPtr tenant = {};                  // an owner's or a user's
  std::optional<SignedInUser> user = {};  // of a user

  std::string name() const;  // for the audit: "operator", "key", "user:42"; empty for anyone
};

// The credential of such principals, for the sentence that asks for it.
std::string describe(unsigned kinds);

// Whether the principal may do what is for these kinds, at this tenant; null: at the server. Errors: not_authorized,
// and forbidden to one who is known at the tenant.
Result<void> may(const Principal& principal, unsigned kinds, const TenantPtr& tenant);

}  // namespace teahouse::api
