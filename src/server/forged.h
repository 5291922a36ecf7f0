// Forged: words of a message that only a server may say, and that are therefore removed from messages of others: copies
// (carbons, results of an archive), ids of an account's archive, and that its server has delayed it. That holds for
// every tenant, with or without the modules that say such words.
//
// Thread: any.
// Spec: XEP-0280 section 11 (CVE-2017-5589), XEP-0313, XEP-0359 section 6, XEP-0203.
#pragma once

#include "xmpp/stanza.h"

namespace teahouse {

// From a message of a client of ours: copies, and what its own server says.
void remove_forged(Stanza& message, const BareJid& sender);
// From a message that arrives: what the recipient's server says, which is us.
void remove_foreign_stamps(Stanza& message, const BareJid& recipient);

}  // namespace teahouse
