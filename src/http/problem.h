// make_problem: an error as an HTTP client sees it: application/problem+json (RFC 9457), or plain text whose first line
// says it all for a client that asks `Accept: text/plain`. One of the three places where an Error is mapped.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace teahouse::http {

int status_of(ErrorKind kind);

// {"type":"about:blank","title":"Not Found","status":404,"detail":"...","code":"item-not-found","request_id":"..."}, or
// "error: item-not-found: ...\n"; and the header Request-Id. `detail` is whole sentences.
Response make_problem(const Request& request, const Error& error);
// The same for a refusal that has a status of its own and no ErrorKind.
Response make_problem(const Request& request, int status, std::string_view code, std::string_view detail);
// The same for a refusal of HTTP itself (408, 413, 431 ...): the code is the status in words, "content-too-large".
Response make_problem(const Request& request, int status, std::string_view detail);

}  // namespace teahouse::http
