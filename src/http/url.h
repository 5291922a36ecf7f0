// Url: where an http or https URL leads. A plain value.
//
// Spec: RFC 3986; RFC 9110 section 4.2. Stricter: no user names or passwords, no fragment is sent.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::http {

struct Url {
  bool secure = false;
  std::string host;  // a name, or an IP address without brackets
  uint16_t port = 0;
  std::string authority;  // as the Host header has it
  std::string target;     // path and query string: "/v1/users?limit=10"
};

// Errors: bad_request; the text names the URL.
Result<Url> parse_url(const std::string& text);

}  // namespace teahouse::http
