#include "api/api_call.h"

#include "base/log.h"
#include "base/text.h"
#include "http/problem.h"

namespace teahouse::api {
namespace {

constexpr size_t page_rows_max = 200;
constexpr int64_t busy_s = 5;  // after which what could not be done now is worth another try

http::Response make_response(const http::Request& request, const Answer& answer) {
  if (answer.file) {
    http::Response response;
    response.status = answer.status;
    response.content_type = "application/x-tar";
    response.source = answer.file;
    response.headers.add("Content-Disposition", "attachment; filename=\"" + answer.file_name + "\"");
    response.headers.add("X-Content-Type-Options", "nosniff");
    return response;
  }
  if (answer.csv) {
    http::Response response = http::make_text(answer.status, *answer.csv);
    response.content_type = "text/csv; charset=utf-8";
    return response;
  }
  if (request.prefers_plain_text() && answer.value) return http::make_text(answer.status, *answer.value);
  if (answer.json.empty()) return http::make_empty(answer.status);
  return http::make_json(answer.status, answer.json);
}

}  // namespace

http::Response Outcome::to_response(const http::Request& request) const {
  if (const auto* answer = std::get_if<Answer>(&state_)) {
    http::Response response = make_response(request, *answer);
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("Request-Id", request.id);
    if (!answer->cookie.empty()) response.headers.add("Set-Cookie", answer->cookie);
    if (answer->replayed) response.headers.add("Idempotent-Replayed", "true");
    return response;
  }
  if (const auto* error = std::get_if<Error>(&state_)) {
    if (error->kind != ErrorKind::internal_server_error) {
      http::Response response = http::make_problem(request, *error);
      const bool is_busy = error->kind == ErrorKind::service_unavailable || error->kind == ErrorKind::storage_failing;
      if (is_busy) response.headers.add("Retry-After", std::to_string(busy_s));
      return response;
    }
    log::error("api", "A request failed", {{"request", request.id}, {"path", request.path}});
    return http::make_problem(request, *error);  // logs the reason under the id that it tells
  }
  const Refusal& refusal = *std::get_if<Refusal>(&state_);
  http::Response response = http::make_problem(request, refusal.status, refusal.code, refusal.text);
  if (refusal.retry_after_s > 0) response.headers.add("Retry-After", std::to_string(refusal.retry_after_s));
  return response;
}

Result<PageWanted> read_page(const http::Form& query) {
  PageWanted page;
  page.cursor = query.value("cursor");
  const std::string* limit = query.find("limit");
  if (!limit) return page;
  const auto rows = parse_decimal<int64_t>(*limit);
  if (!rows || *rows < 1 || *rows > static_cast<int64_t>(page_rows_max)) {
    return Error{ErrorKind::bad_request, "The parameter 'limit' must be a number from 1 to 200."};
  }
  page.rows = static_cast<size_t>(*rows);
  return page;
}

Task<void> record(ApiContext& api, TenantId tenant, std::string actor, std::string action, std::string detail) {
  TenantPtr of = api.tenants.find(tenant);
  if (!of && tenant != TenantId::server) co_return;  // its lines went with it
  auto noted = api.audit.note(api.loop(), std::move(of), std::move(actor), std::move(action), std::move(detail));
  co_await noted;
}

}  // namespace teahouse::api
