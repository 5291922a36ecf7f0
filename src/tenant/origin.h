// Origins: which pages may use a tenant's chat, as browsers name them in the header Origin.
//
// Spec: WHATWG URL, host parsing and serializing; WHATWG HTML, serialization of an origin.
// Limits: 50 of 255 bytes each. Errors: bad_request, with a sentence for a webmaster.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"

namespace teahouse {

inline constexpr size_t origins_max = 50;
inline constexpr size_t origin_bytes_max = 255;

// "https://shop.example" or "http://localhost:8080" of a web page, "capacitor://localhost" of an app, or
// "chrome-extension://..." of an extension, as browsers write it: lower case, Punycode, no default port, no path.
// "null" is refused: every site can have a page without an origin. "*" is any page of anybody: UNSAFE, since every web
// site in the world may then open guest chats and use what its visitors' browsers hold; it is only taken when it is
// written out.
Result<std::string> parse_origin(std::string_view text);
Result<std::vector<std::string>> parse_origins(const std::vector<std::string>& texts);

// Whether a browser's page of this origin (the header as it came) may use the tenant.
bool is_origin_allowed(const Tenant& tenant, std::string_view origin);

}  // namespace teahouse
