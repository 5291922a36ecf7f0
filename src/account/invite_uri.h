// The xmpp: URI of an invitation, for its inviter to pass on.
//
// Spec: RFC 5122, XEP-0401 section 5, XEP-0379 section 3.2, XEP-0445 section 2.
#pragma once

#include <string>
#include <string_view>

#include "account/invites.h"

namespace teahouse {

// "xmpp:ann@shop.example?roster;preauth=TOKEN;ibr=y" of one that makes a contact of ann, and
// "xmpp:[bea@]shop.example?register;preauth=TOKEN" of one that opens an account alone, or under a name.
std::string make_invite_uri(const Tenant& tenant, const Invite& invite, std::string_view token);

}  // namespace teahouse
