// ApiCall: one request whose caller is known; Outcome: a handler's answer or its refusal; Endpoint: a row of the route
// table.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/api.h"
#include "api/fields.h"
#include "api/principal.h"
#include "base/task.h"

namespace teahouse::api {

struct ApiCall {
  http::Request request;
  Fields fields;
  http::Form query;
  Principal by;            // who asks; with a site token the call acts as its user
  TenantPtr tenant;        // whose affairs these are; null for the server's, and where anyone may call
  std::string credential;  // as it came and unchecked, where anyone may call
  // The next four are of a POST with an Idempotency-Key (idempotency.h); else empty, false and 0.
  std::string digest;        // of the request
  std::string effect_id;     // the id of the thing that it makes, where the handler may choose
  bool may_be_done = false;  // it was begun before, and whether it was done is unknown
  int64_t begun_ms = 0;      // when it was begun first; wall time

  http::Responder* responder = nullptr;  // for handlers that wait long; null: nobody can leave

  const std::string& path(std::string_view name) const { return request.capture(name); }
};

struct Answer {
  int status = 200;
  std::string json;                             // empty: no body
  std::optional<std::string> value;             // the one value, for a client that asks for text/plain
  std::optional<std::string> csv;               // instead of all that: a table
  bool replayed = false;                        // of an earlier request with this Idempotency-Key
  std::string cookie = {};                      // a Set-Cookie for the panel (panel_session.h); empty: none
  std::shared_ptr<http::BodySource> file = {};  // instead of all that: a file, made while it is sent
  std::string file_name = {};                   // of it
};

// An Error that needs a status or code of its own.
struct Refusal {
  int status;
  std::string code;
  std::string text;
  int64_t retry_after_s = 0;  // 0: none is said
  bool has_effects = false;   // a part of it was done, which must not be done again for the same Idempotency-Key
};

class Outcome {
 public:
  Outcome(Answer answer) : state_(std::move(answer)) {}
  Outcome(Refusal refusal) : state_(std::move(refusal)) {}
  Outcome(Error error) : state_(std::move(error)) {}

  bool good() const { return std::holds_alternative<Answer>(state_); }
  const Answer* answer() const { return std::get_if<Answer>(&state_); }
  const Refusal* refusal() const { return std::get_if<Refusal>(&state_); }
  const Error* error() const { return std::get_if<Error>(&state_); }
  // The answer as HTTP has it: JSON or the one value; a problem for a refusal or an error.
  http::Response to_response(const http::Request& request) const;

 private:
  std::variant<Answer, Refusal, Error> state_;
};

// A call's effect on stored things. While the data plane waits for its disk it takes neither of the last two; a full
// disk takes all but the last: calls that remove something, or change a little. Things that the control plane alone
// holds change whatever the data plane does; a new row there asks by itself (Accounts).
enum class Effect : uint8_t { reads, changes_control, changes, adds };

struct Endpoint {
  using Handle = Task<Outcome> (*)(ApiContext& api, ApiCall call);

  std::string_view method;
  std::string pattern;  // its {name} is the tenant that the call is about; without, that is the principal's
  unsigned kinds;       // who may call
  Handle handle;
  std::vector<std::string_view> fields = {};      // of the body
  std::vector<std::string_view> parameters = {};  // of the query string
  bool cors = false;                              // pages of the tenant's origins may call it
  std::optional<Effect> effect = {};              // where the method does not tell
  bool takes_key = method == "POST";              // an Idempotency-Key; false where an answer is true but once
  bool ends_removal = false;                      // also for a tenant that is being removed
  bool takes_stream = false;                      // the body is no fields: the handler takes it from the responder

  Effect its_effect() const;
};

// The route table. Every endpoint stands in openapi.json too.
const std::vector<Endpoint>& endpoints();

// Everything around a handler: reads the body, finds out its caller, counts, refuses, adds headers.
Task<http::Response> answer_call(const Endpoint& endpoint, ApiContext& api, http::Request request,
                                 http::Responder* responder = nullptr);

// Counted pages of a list: `limit` is 1..200, 50 when it is not given.
struct PageWanted {
  std::string cursor;
  size_t rows = 50;
};
Result<PageWanted> read_page(const http::Form& query);

// Writes the audit line; a change that cannot be recorded is logged, and stays.
Task<void> record(ApiContext& api, TenantId tenant, std::string actor, std::string action, std::string detail);

}  // namespace teahouse::api
