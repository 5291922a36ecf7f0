// The pages that may call, and may read the answers (the fetch standard's CORS protocol).
//
// Spec: fetch.spec.whatwg.org, 3.2. No call is made with cookies, so what a page may do is decided by its token and by
// the tenant's origins when it does it; a preflight only says what it may ask.
// Limits: a preflight's list of headers, 4 KiB and 100 names; a longer one is answered with those that calls read.
#pragma once

#include <string>

#include "http/message.h"
#include "tenant/tenant.h"

namespace teahouse::api {

struct PathMethods {
  std::string cors;     // of the endpoints with cors
  std::string allowed;  // all
};

// Answers OPTIONS of an endpoint with cors.
http::Response answer_preflight(const http::Request& request, const PathMethods& methods);

// Adds the headers that let the page read the answer. `page_owner` is the tenant whose page it should be; may be null.
void allow_origin(http::Response& response, const Tenant* page_owner, const http::Request& request);

}  // namespace teahouse::api
