// Claims: the parts of a stanza that speak in the name of a server, an account or a room, and that only these may
// write.
//
// Spec: XEP-0280 section 11, XEP-0313, XEP-0359 sections 5 and 6, XEP-0203.
#pragma once

#include "xmpp/stanza.h"

namespace teahouse {

// Is it another message, as only a server tells it: a carbon, or a result of an archive?
bool is_copy(const xml::Element& child);
bool has_copy(const Stanza& message);

// Does the attribute of a stamp name this entity, one of its resources, or the host that it lives on? Addresses are
// compared, not texts. One that cannot be read counts: nobody needs it.
bool names_entity(const xml::Element& stamp, std::string_view attribute, const BareJid& entity);

}  // namespace teahouse
