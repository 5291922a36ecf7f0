// Does a client have this version already? Spec: RFC 9110 section 13.1.2.
#pragma once

#include <string_view>

namespace teahouse::http {

// Does the value of an If-None-Match header name this ETag? It is compared weakly, so that a proxy's "W/" does no harm.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace teahouse::http
