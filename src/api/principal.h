// Principal: who asks, once it is known: the operator, a reseller, a tenant's owner (their server, with an API key),
// one of its users, or anyone; Subject: what they ask of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "account/person.h"
#include "account/site_token.h"
#include "tenant/reseller.h"
#include "tenant/tenant.h"

namespace teahouse::api {

// A bit each, so that a set of them says who may do a thing. A new kind is a line here, and one in describe().
enum PrincipalKind : unsigned {
  by_anyone = 1,
  by_operator = 2,
  by_owner = 4,
  by_user = 8,
  by_reseller = 16,
  by_person = 32
};

struct Principal {
  PrincipalKind kind = by_anyone;
  TenantPtr tenant = {};                  // an owner's or a user's
  std::optional<SignedInUser> user = {};  // of a user
  ResellerPtr reseller = {};              // of a reseller
  // Somebody who has signed in by themselves; then `kind` is by_person for their own affairs, and else that of the role
  // that they act in.
  PersonPtr person = {};
  int64_t session = 0;  // theirs

  std::string name() const;  // for the audit: "operator", "reseller:acme", "key", "user:42"; empty for anyone
};

// The thing that a call is about. Neither is set: the server.
struct Subject {
  TenantPtr tenant = {};
  ResellerPtr reseller = {};  // the tenant's, or one that is itself meant; null: the operator
};

// The credential of such principals, for the sentence that asks for it.
std::string describe(unsigned kinds);

// Whether the principal may do what is for these kinds to this subject. At the server a reseller may do it too: the
// handler keeps to what is theirs. Errors: not_authorized; forbidden to one who is known; item_not_found to a reseller
// for what is another's, in the words for what is not there.
Result<void> may(const Principal& principal, unsigned kinds, const Subject& subject);

// For a thing that is not there, and for one that its caller is not to know of.
Error no_tenant(std::string_view name);
Error no_reseller(std::string_view name);

}  // namespace teahouse::api
