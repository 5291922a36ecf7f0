// Bytes as text: base64, base64url, hex. Strict, so that each run of bytes has exactly one text.
//
// Thread: any.
// Errors: ErrorKind::bad_request: white space, a foreign character, wrong padding, bits left over.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::crypto {

// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
Result<std::string> parse_base64(std::string_view text);

// RFC 4648 section 5, without padding (as in JWT).
std::string to_base64url(std::string_view bytes);
Result<std::string> parse_base64url(std::string_view text);

// Lower case; both cases are read.
std::string to_hex(std::string_view bytes);
Result<std::string> parse_hex(std::string_view text);

}  // namespace teahouse::crypto
