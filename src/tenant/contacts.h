// Contacts: where a tenant's people are reached, and what its users may read: as "abuse=mailto:abuse@shop.example".
//
// Spec: XEP-0157; XEP-0504 (`terms`: of service); XEP-0455 (`outage`: a JSON file elsewhere that tells of one).
// Limits: 20 of them, URIs of 500 bytes, of the schemes http, https, mailto, sip, sips, tel and xmpp.
// Thread: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse {

struct Tenant;

// "abuse", "admin", "feedback", "outage", "sales", "security", "status", "support", "terms".
std::span<const std::string_view> contact_roles();

// Each once, in the order in which they came. Errors: bad_request, with a sentence.
Result<std::vector<std::string>> parse_contacts(const std::vector<std::string>& contacts);

// The URIs that the tenant has for a role.
std::vector<std::string> contacts_of(const Tenant& tenant, std::string_view role);

}  // namespace teahouse
