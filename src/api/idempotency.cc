#include "api/idempotency.h"

#include <algorithm>

#include "account/network.h"
#include "api/auth.h"
#include "base/random.h"

namespace teahouse::api {
namespace {

constexpr size_t key_characters_max = 255;
constexpr size_t secret_key_characters = 22;  // 128 bits of letters and digits

Error bad_key(std::string text) { return {ErrorKind::bad_request, "The header Idempotency-Key " + std::move(text)}; }

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

// A name that no other request has while the entry lives.
class Entry {
 public:
  Entry(IdempotencyRecords& records, IdempotencyRecords::Name name)
      : records_(records), name_(std::move(name)), alone_(records.enter(name_)) {}
  ~Entry() {
    if (alone_) records_.leave(name_);
  }
  Entry(const Entry&) = delete;

  bool alone() const { return alone_; }
  const IdempotencyRecords::Name& name() const { return name_; }

 private:
  IdempotencyRecords& records_;
  const IdempotencyRecords::Name name_;
  const bool alone_;
};

// The caller: a key of the site, a user, the operator; where callers need not say who they are, a network.
std::string describe_caller(const ApiCall& call) {
  return call.by.kind == by_anyone ? "network " + network_of(call.request.peer_address) : call.by.name();
}

// Under a removed user's, person's or reseller's name the next owner finds nothing.
IdempotencyRecords::Name make_name(TenantId tenant, const ApiCall& call, const std::string& key) {
  std::string caller = describe_caller(call);
  if (call.by.user) caller += " " + std::to_string(call.by.user->incarnation);
  if (call.by.person) caller += " " + std::to_string(call.by.person->id);
  if (call.by.reseller) caller += " " + std::to_string(raw(call.by.reseller->id));
  return IdempotencyRecords::make_name(tenant, caller, key);
}

Result<std::string> read_key(const ApiCall& call) {
  if (call.request.headers.count(idempotency_header) > 1) return bad_key("is there more than once.");
  auto key = parse_idempotency_key(call.request.headers.value(idempotency_header));
  // It alone would stand for a guest's token.
  if (key && call.by.kind == by_anyone && key->size() < secret_key_characters) {
    return bad_key("must be random and of at least 22 characters here, such as a UUID.");
  }
  return key;
}

Refusal refuse_too_many(int64_t wait_s) {
  return refuse_for_now("Too many new Idempotency-Keys have come within a day. Try again in " + std::to_string(wait_s) +
                            " s, or send the request without one.",
                        wait_s);
}

// Something was done, or whether it was is unknown.
bool may_be_done(const Outcome& outcome) {
  if (const Refusal* refusal = outcome.refusal()) return refusal->has_effects;
  const Error* error = outcome.error();
  if (!error) return false;
  return error->kind == ErrorKind::internal_server_error || error->kind == ErrorKind::service_unavailable ||
         error->kind == ErrorKind::storage_failing || error->kind == ErrorKind::storage_full;
}

using Record = IdempotencyRecords::Record;

// The outcome of a request with a known key; none where it is to be carried out still.
std::optional<Outcome> answer_known(const Record& known, const ApiCall& call) {
  if (known.request != call.digest) {
    return Outcome(Refusal{422, "idempotency-key-reused",
                           "This Idempotency-Key was sent with another request before. Each request needs a key of its "
                           "own; only when it is sent again has it the same."});
  }
  if (!known.answer) return std::nullopt;
  Answer answer = *known.answer;
  answer.replayed = true;
  return Outcome(std::move(answer));
}

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view header) {
  std::string_view rest = http::trim(header);
  std::string key;
  if (!rest.starts_with('"')) {
    const bool good =
        std::all_of(rest.begin(), rest.end(), [](char c) { return is_visible(c) && c != '"' && c != ','; });
    if (!good) return bad_key("must be one text without spaces, quotes and commas, or a text in double quotes.");
    key = rest;
  } else {
    size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) {
        ++i;
      } else if (rest[i] == '\\' || (rest[i] != ' ' && !is_visible(rest[i]))) {
        return bad_key("holds what a text in quotes may not (RFC 9651): only visible ASCII, and \\ before \" and \\.");
      }
      key += rest[i];
    }
    rest.remove_prefix(std::min(i, rest.size()));
    if (rest.empty()) return bad_key("has no quote at its end.");
    rest = http::trim(rest.substr(1));
    if (!rest.empty() && !rest.starts_with(';')) return bad_key("has something behind its quotes.");  // parameters go
  }
  if (key.empty()) return bad_key("is empty.");
  if (key.size() > key_characters_max) return bad_key("is longer than 255 characters.");
  return key;
}

Task<Outcome> answer_once(const Endpoint& endpoint, ApiContext& api, ApiCall call) {
  const auto key = read_key(call);
  if (!key) co_return key.error();
  const TenantPtr site = call.by.tenant ? call.by.tenant : find_claimed_tenant(api, call.request, {});
  const Entry entry(api.idempotency, make_name(site ? site->id : TenantId::server, call, *key));
  if (!entry.alone()) {
    co_return Error{ErrorKind::conflict,
                    "A request with this Idempotency-Key is being carried out. Send it again when that one has ended."};
  }
  const auto known = co_await api.idempotency.load(api.loop(), entry.name());
  if (!known) co_return known.error();
  Record record{call.digest, random_token(22), api.home.clock().wall_ms(), {}};
  if (*known) {
    if (auto answered = answer_known(**known, call)) co_return std::move(*answered);
    record = **known;
  } else {
    const int64_t wait_s = api.shared().limits.take_idempotency_key(entry.name().tenant, describe_caller(call));
    if (wait_s != 0) co_return refuse_too_many(wait_s);
    const auto begun = co_await api.idempotency.store(api.loop(), entry.name(), api.home.make_arrival().id, record);
    if (!begun) co_return begun.error();
  }
  call.effect_id = record.effect_id;
  call.may_be_done = known->has_value();
  call.begun_ms = record.begun_ms;
  auto outcome = co_await endpoint.handle(api, std::move(call));
  if (const Answer* answer = outcome.answer()) {
    record.answer = *answer;
    const auto stored = co_await api.idempotency.store(api.loop(), entry.name(), api.home.make_arrival().id, record);
    if (!stored) co_return stored.error();
  } else if (!*known && !may_be_done(outcome)) {  // of an earlier try nothing is known
    api.idempotency.remove(entry.name());
  }
  co_return outcome;
}

}  // namespace teahouse::api
