// The session of a person at the panel: a cookie that no script reads.
//
// A cookie comes along with requests that other pages make. It counts only with the header `Teahouse-Panel: 1`, which
// no form sends, and a script of another origin only after a preflight that this API does not grant with credentials;
// and where the browser says whence a request comes, that is this very origin. Spec: RFC 6265bis sections 4.1.2.7 and
// 4.1.3.2, Fetch Metadata.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace teahouse::api {

// Whether the request comes from the panel's own page.
bool is_from_panel(const http::Request& request);
// The token in the cookie of such a request; empty: there is none.
std::string find_panel_session(const http::Request& request);
// The Set-Cookie that keeps a session's token for as long as it is good; an empty token: ends it.
std::string make_panel_cookie(const http::Request& request, std::string_view token);

}  // namespace teahouse::api
