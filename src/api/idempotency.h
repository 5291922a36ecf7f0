// Idempotency-Key: a POST that is sent again under the key of one that was carried out is given that one's answer.
//
// A record is named by the caller and the key. That a request has begun is on disk before anything of it is done, and
// its answer before anybody is told: an acknowledged request is not done twice, also after a crash. A refused call is
// not kept, since nothing of it was done and another try may fare better.
// Spec: draft-ietf-httpapi-idempotency-key-header-07; a key without the quotes of a structured field is taken too.
// Thread: any. Lifetime: the data plane and the clock outlive it.
// Limits: keys of 255 characters; answers are kept for 24 hours; how many keys are new in a day is ApiCallLimits'.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/api_call.h"
#include "crypto/sealer.h"
#include "store/data_plane.h"

namespace teahouse::api {

inline constexpr std::string_view idempotency_header = "Idempotency-Key";
inline constexpr const char* answers_archive = "idempotency";  // the store's name
inline constexpr int64_t answers_kept_ms = 24 * 3600 * 1000;

// `"8e03978e-40d5-43e8"` as a structured field has it, or the same without quotes. Errors: bad_request.
Result<std::string> parse_idempotency_key(std::string_view header);

class IdempotencyRecords {
 public:
  struct Name {
    TenantId tenant;    // the server for the operator's calls
    std::string owner;  // a digest of the caller and the key
  };
  struct Record {
    std::string request;    // ApiCall::digest
    std::string effect_id;  // ApiCall::effect_id
    int64_t begun_ms = 0;
    std::optional<Answer> answer;  // none: it was begun, and nobody knows how far it came
  };
  static Name make_name(TenantId tenant, std::string_view caller, std::string_view key);

  // Answers may hold keys, so records are sealed.
  IdempotencyRecords(store::DataPlane& data, const Clock& clock, crypto::Sealer sealer);
  ~IdempotencyRecords();

  // One request at a time has a name: false when another has it.
  bool enter(const Name& name);
  void leave(const Name& name);

  // REQUIRES of all three: entered.
  Task<Result<std::optional<Record>>> load(Executor& home, Name name) const;
  // Ends when the record is on disk. `row` is new.
  Task<Result<void>> store(Executor& home, Name name, store::ArchiveId row, Record record) const;
  void remove(const Name& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Has the endpoint's handler carry out the call, unless it was done before.
Task<Outcome> answer_once(const Endpoint& endpoint, ApiContext& api, ApiCall call);

}  // namespace teahouse::api
