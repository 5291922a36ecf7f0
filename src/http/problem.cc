#include "http/problem.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/peer_error.h"
#include "base/text.h"

namespace teahouse::http {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request:
    case ErrorKind::jid_malformed: return 400;
    case ErrorKind::not_authorized: return 401;
    case ErrorKind::forbidden:
    case ErrorKind::not_allowed:
    case ErrorKind::registration_required:
    case ErrorKind::subscription_required: return 403;
    case ErrorKind::item_not_found:
    case ErrorKind::recipient_unavailable: return 404;
    case ErrorKind::not_acceptable: return 406;
    case ErrorKind::conflict:
    case ErrorKind::unexpected_request: return 409;
    case ErrorKind::gone: return 410;
    case ErrorKind::policy_violation: return 422;
    case ErrorKind::resource_constraint: return 403;
    case ErrorKind::internal_server_error:
    case ErrorKind::undefined_condition: return 500;
    case ErrorKind::feature_not_implemented: return 501;
    case ErrorKind::remote_server_not_found: return 502;
    case ErrorKind::service_unavailable:
    case ErrorKind::storage_failing: return 503;
    case ErrorKind::remote_server_timeout: return 504;
    case ErrorKind::storage_full: return 507;
  }
  return 500;
}

Response make_problem(const Request& request, const Error& error) {
  const bool is_busy = error.kind == ErrorKind::storage_failing;
  const char* code = to_string(is_busy ? ErrorKind::service_unavailable : error.kind);
  return make_problem(request, status_of(error.kind), code, for_peer(error).text);
}

Response make_problem(const Request& request, int status, std::string_view code, std::string_view detail) {
  Response response;
  if (request.prefers_plain_text()) {
    std::string line = "error: " + std::string(code) + ": " + std::string(detail);
    for (char& c : line) {
      if (c == '\r' || c == '\n') c = ' ';
    }
    response = make_text(status, line + "\n");
  } else {
    const boost::json::object problem = {{"type", "about:blank"},
                                         {"title", reason_phrase(status)},
                                         {"status", status},
                                         {"detail", boost::json::string_view(detail.data(), detail.size())},
                                         {"code", boost::json::string_view(code.data(), code.size())},
                                         {"request_id", request.id}};
    response = make_json(status, boost::json::serialize(problem));
    response.content_type = "application/problem+json";
  }
  if (status == 401) response.headers.add("WWW-Authenticate", "Bearer");
  response.headers.add("Request-Id", request.id);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response make_problem(const Request& request, int status, std::string_view detail) {
  if (status == 404) return make_problem(request, status, to_string(ErrorKind::item_not_found), detail);
  std::string code = lower_ascii(reason_phrase(status));
  std::replace(code.begin(), code.end(), ' ', '-');
  return make_problem(request, status, code, detail);
}

}  // namespace teahouse::http
