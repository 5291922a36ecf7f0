// Preparation of international text for comparison: two spellings of one name become the same bytes, and a name
// that would only look alike is refused.
//
// The append_ functions append the prepared text to `out`, or say why not and leave `out` with anything behind its old
// end. All-ASCII input is handled without ICU (but for domain labels in Punycode, "xn--..."). Thread: any.
// Limits: 1..1023 bytes after preparation; text of more than 4092 bytes is refused unread.
// Errors: ErrorKind::jid_malformed; the sentence begins with the part's name: "The localpart ...".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::xmpp {

// RFC 7622 section 3.3: PRECIS UsernameCaseMapped (RFC 8265 section 3.3) without "&'/:<>@ and white space.
Result<void> append_localpart(std::string& out, std::string_view text);

// The text mapped as a localpart is (width, case, canonical form), and not judged. Errors: also for bytes that are not
// UTF-8.
Result<std::string> map_localpart(std::string_view text);

// RFC 7622 section 3.2: an IPv4 or IPv6 literal, or a domain name of IDNA2008 U-labels, without a dot at its end.
Result<void> append_domainpart(std::string& out, std::string_view text);

// RFC 7622 section 3.4: PRECIS OpaqueString (RFC 8265 section 4.2). Spaces at its ends stay, as erratum 4560 has it.
Result<void> append_resourcepart(std::string& out, std::string_view text);

// RFC 8265 section 4.2: a password as OpaqueString, which is what SCRAM hashes. Its error's kind is not_acceptable.
Result<std::string> prepare_password(std::string_view text);

}  // namespace teahouse::xmpp
