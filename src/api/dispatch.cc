// The way of a call, in this order: the body is read (it may hold the key); the principal and the tenant that the call
// is about are found, and whether the one may do this to the other; the fields and parameters are compared with the
// table; the handler runs; and the answer gets its headers: CORS for a page of the tenant.
#include <limits>

#include "api/api_call.h"
#include "api/auth.h"
#include "api/cors.h"
#include "api/idempotency.h"
#include "api/roles.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "http/problem.h"

namespace teahouse::api {
namespace {

Outcome refuse_body(const Error& error) {
  if (error.kind != ErrorKind::not_acceptable) return error;
  return Refusal{415, "unsupported-media-type", error.text};
}

// Such a parameter libraries add against caches: it changes with each try and says nothing.
bool is_against_caches(std::string_view parameter) { return parameter.starts_with('_'); }

Result<void> check_parameters(const Endpoint& endpoint, const http::Form& query) {
  for (const auto& [name, value] : query.fields()) {
    const auto& known = endpoint.parameters;
    if (is_against_caches(name) || std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string names;
    for (const std::string_view each : known) names.append(names.empty() ? "" : ", ").append(each);
    return Error{ErrorKind::bad_request, "The parameter '" + name.substr(0, 64) + "' is not known here" +
                                             (names.empty() ? "." : "; this call takes: " + names + ".")};
  }
  return {};
}

struct Read {
  Fields fields;
  http::Form query;
  std::string credential;
};

Result<Read> read_request(const Endpoint& endpoint, const http::Request& request) {
  Read read;
  auto query = request.query();
  if (!query) return Error{ErrorKind::bad_request, "The URL's query cannot be read: " + query.error().text + "."};
  read.query = std::move(*query);
  auto fields = endpoint.takes_stream ? Result<Fields>(Fields()) : Fields::read(request);
  if (!fields) return fields.error();
  read.fields = std::move(*fields);
  auto credential = find_credential(endpoint, request, read.query, read.fields);
  if (!credential) return credential.error();
  read.credential = std::move(*credential);
  return read;
}

// The other methods change nothing, or nothing more when they come again.
bool is_keyed(const Endpoint& endpoint, const http::Request& request) {
  return endpoint.takes_key && request.headers.find(idempotency_header);
}

// The data plane keeps the answer to a call with a key.
Result<void> check_disk(const Endpoint& endpoint, bool keyed, const store::DiskHealth& health) {
  switch (endpoint.its_effect()) {
    case Effect::reads:
    case Effect::changes_control: return keyed ? health.check_removal() : Result<void>();
    case Effect::changes: return health.check_removal();
    case Effect::adds: return health.check_addition();
  }
  return {};
}

// The digest of the request alone: its caller may show another token at the next try.
std::string digest_of(const ApiCall& call, const std::string& credential) {
  std::string text;
  const auto append = [&text](const std::string& part) { text += std::to_string(part.size()) + ":" + part; };
  for (const std::string* part : {&call.request.method, &call.request.path, &credential}) append(*part);
  append(call.fields.describe());
  for (const auto& [name, value] : call.query.fields()) {
    if (is_against_caches(name)) continue;
    append(name);
    append(value);
  }
  return crypto::to_hex(crypto::sha256(text));
}

Task<Outcome> handle(const Endpoint& endpoint, ApiContext& api, ApiCall call, std::string credential) {
  if (endpoint.kinds & by_anyone) {
    call.credential = std::move(credential);
  } else {
    auto by = identify(endpoint, api, call.request, credential);
    if (!by) co_return by.error();
    call.by = std::move(*by);
    if (call.by.person) {
      const auto role = choose_role(endpoint, api, call);
      if (!role) co_return role.error();
      call.by = *role;
    }
    const Subject subject = find_subject(api, call);
    if (const auto allowed = may(call.by, endpoint.kinds, subject); !allowed) co_return allowed.error();
    if (const auto found = check_subject(endpoint, call, subject); !found) co_return found.error();
    call.tenant = subject.tenant;
    auto refused = co_await admit(api, call, std::move(credential));
    if (refused) co_return std::move(*refused);
  }
  call.fields.allow_only(endpoint.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_parameters(endpoint, call.query); !good) co_return good.error();
  const bool keyed = is_keyed(endpoint, call.request);
  if (const auto taken = check_disk(endpoint, keyed, api.shared().data.health()); !taken) co_return taken.error();
  auto handled = keyed ? answer_once(endpoint, api, std::move(call)) : endpoint.handle(api, std::move(call));
  auto outcome = co_await handled;
  co_return outcome;
}

Task<void> respond(const Endpoint& endpoint, ApiContext& api, http::Request request, http::Responder responder) {
  auto response = co_await answer_call(endpoint, api, std::move(request), &responder);
  responder.send(std::move(response));
}

}  // namespace

Effect Endpoint::its_effect() const {
  if (effect) return *effect;
  if (method == "GET") return Effect::reads;
  return method == "DELETE" ? Effect::changes : Effect::adds;
}

Task<http::Response> answer_call(const Endpoint& endpoint, ApiContext& api, http::Request request,
                                 http::Responder* responder) {
  auto read = read_request(endpoint, request);
  const std::string credential = read ? read->credential : std::string();
  const TenantPtr page_owner = endpoint.cors ? find_claimed_tenant(api, request, credential) : nullptr;
  Outcome outcome = read ? Outcome(Answer{}) : refuse_body(read.error());
  if (read) {
    ApiCall call;
    call.responder = responder;
    call.request = request;
    call.request.body.clear();  // the fields are read
    call.fields = std::move(read->fields);
    call.query = std::move(read->query);
    if (is_keyed(endpoint, request)) call.digest = digest_of(call, endpoint.kinds & by_anyone ? credential : "");
    auto handled = co_await handle(endpoint, api, std::move(call), credential);
    outcome = std::move(handled);
  }
  auto response = outcome.to_response(request);
  if (endpoint.cors) allow_origin(response, page_owner.get(), request);
  co_return response;
}

void add_routes(http::Router& router, ApiContext& context) {
  constexpr size_t body_bytes_max = 128 * 1024;  // as openapi.json says of 413, and as much as a form may have
  std::map<std::string_view, PathMethods> paths;
  const auto add_method = [](std::string& methods, std::string_view method) {
    methods.append(methods.empty() ? "" : ", ").append(method);
  };
  for (const Endpoint& endpoint : endpoints()) {
    router.add({std::string(endpoint.method), endpoint.pattern,
                [&endpoint, &context](http::Request request, http::Responder responder) {
                  spawn(respond(endpoint, context, std::move(request), std::move(responder)));
                },
                endpoint.takes_stream ? http::BodyRule{std::numeric_limits<uint64_t>::max(), true}
                                      : http::BodyRule{body_bytes_max}});
    PathMethods& methods = paths[endpoint.pattern];
    add_method(methods.allowed, endpoint.method == "GET" ? "GET, HEAD" : endpoint.method);
    if (endpoint.cors) add_method(methods.cors, endpoint.method);
  }
  for (auto& [pattern, methods] : paths) {
    if (methods.cors.empty()) continue;  // the router answers for it
    add_method(methods.allowed, "OPTIONS");
    router.add("OPTIONS", std::string(pattern),
               [methods = methods](const http::Request& request, http::Responder responder) {
                 responder.send(answer_preflight(request, methods));
               });
  }
}

}  // namespace teahouse::api
