// A subscription request as it is kept until its answer: as it came where it is short; else what its reader sees of it,
// the first <status/>, the <nick/>, the <preauth/>, and the <moved/> of an address that can be.
//
// Thread: any.
// Limits: kept_payload_bytes_max of a request that is kept as it came; the status is cut at status_bytes_max, the nick
// and the token at word_bytes_max.
// Spec: RFC 6121 section 3.1.3, XEP-0172 section 4.1, XEP-0283 section 4.4, XEP-0379 section 3.4.
#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace teahouse {

inline constexpr size_t kept_payload_bytes_max = 1536, status_bytes_max = 1024, word_bytes_max = 255;
// No kept request is longer: with two addresses, and with each letter escaped.
inline constexpr size_t kept_request_bytes_max = 20'000;

// For Stanza::parse_stored.
std::string make_kept_request(const Stanza& request);

}  // namespace teahouse
