#include "api/cors.h"

#include <algorithm>

#include "tenant/origin.h"

namespace teahouse::api {
namespace {

constexpr std::string_view headers_read = "Authorization, Content-Type, Idempotency-Key";
constexpr size_t asked_bytes_max = 4096;
constexpr size_t asked_names_max = 100;

// "traceparent, baggage" as it came, when it is a list of header names; else empty.
std::string_view read_asked_headers(const http::Request& request) {
  const std::string_view asked = request.headers.value("Access-Control-Request-Headers");
  if (asked.size() > asked_bytes_max) return {};
  size_t names = 0;
  for (std::string_view rest = asked; !rest.empty(); ++names) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (names == asked_names_max || !http::is_token(http::trim(rest.substr(0, comma)))) return {};
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return asked;
}

}  // namespace

// A script that watches a page (tracing, error reports) adds headers of its own to each fetch; they are allowed, and
// not read.
http::Response answer_preflight(const http::Request& request, const PathMethods& methods) {
  http::Response response = http::make_empty(204);
  response.headers.add("Allow", methods.allowed);
  response.headers.add("Vary", "Origin, Access-Control-Request-Headers");
  const std::string* origin = request.headers.find("Origin");
  if (!origin) return response;
  const std::string_view asked = read_asked_headers(request);
  response.headers.add("Access-Control-Allow-Origin", *origin);
  response.headers.add("Access-Control-Allow-Methods", methods.cors);
  response.headers.add("Access-Control-Allow-Headers", std::string(asked.empty() ? headers_read : asked));
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

// An origin is answered exactly: the pages of one origin may read an answer. A refusal of the widget's first call tells
// nothing but why, and the webmaster who put the script on a page must be able to read that.
void allow_origin(http::Response& response, const Tenant* page_owner, const http::Request& request) {
  response.headers.add("Vary", "Origin");
  const std::string* origin = request.headers.find("Origin");
  if (!origin) return;
  if (!page_owner || !is_origin_allowed(*page_owner, *origin)) {
    if (response.status >= 400 && !request.capture("site").empty()) {
      response.headers.add("Access-Control-Allow-Origin", "*");
    }
    return;
  }
  response.headers.add("Access-Control-Allow-Origin", *origin);
  response.headers.add("Access-Control-Expose-Headers", "Retry-After, Request-Id, Idempotent-Replayed");
}

}  // namespace teahouse::api
