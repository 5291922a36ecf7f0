// UTF-8, strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <string_view>

namespace teahouse::http {

bool is_utf8(std::string_view bytes);

// The same, as a text area sends it and XML can carry it: of the control characters only tab and line ends, and neither
// U+FFFE nor U+FFFF.
bool is_text(std::string_view bytes);

}  // namespace teahouse::http
