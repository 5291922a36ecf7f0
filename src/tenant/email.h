// E-mail addresses, as people give them.
//
// Limits: 254 bytes (RFC 5321 section 4.5.3.1.3).
// Spec: RFC 5321 section 4.1.2, without quoted local parts, and RFC 6531 for letters of all scripts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse {

// The one spelling: the domain as RFC 7622 prepares it. `what` begins the sentence ("The sender").
// Errors: bad_request.
Result<std::string> parse_email(std::string_view what, std::string_view text);

}  // namespace teahouse
