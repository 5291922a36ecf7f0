// The words of XEP-0356: what a component is told that it may do, and the stanzas that it puts into its own ones to
// have them sent in the name of an account.
//
// Errors: forbidden for what the permissions or the XEP do not allow, bad_request for what is no stanza.
// Thread: any. Spec: XEP-0356 0.4.1 sections 4 to 7.
#pragma once

#include <string>

#include "tenant/tenant.h"
#include "xmpp/stanza.h"

namespace teahouse::privilege {

// The permissions of a component of the tenant.
const ComponentPermissions& permissions_of(const Tenant& tenant, std::string_view domain);
// A component's own address. REQUIRES: it is a domain that is served.
Jid address_of(std::string_view domain);

// A <privilege/> of what is allowed now, beside what was allowed before: that is spelled as `none`.
std::string make_advertisement(const ComponentPermissions& now, const ComponentPermissions& before = {});

// The message inside a <privilege/>, of a bare address at `domain`.
Result<Stanza> read_forwarded_message(const xml::Element& privilege, std::string_view domain);

// The iq inside a request's <privileged_iq/>. Its `from` and `to` are set: without them it is the account's, for
// itself. REQUIRES: `request` is an iq of type get or set for the account.
Result<Stanza> read_encapsulated_iq(const Stanza& request, const ComponentPermissions& permissions);

// The payload in which an iq's answer goes back to the component.
std::string make_forwarded(const Stanza& answer);

}  // namespace teahouse::privilege
