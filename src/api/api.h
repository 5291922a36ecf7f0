// The HTTP API: what the operator, a tenant's own server and the widget call, as routes of a Router.
//
// Thread: each loop has a Router and an ApiContext of its own; what the context refers to may be used on any thread,
// but for `home`. Lifetime: the context outlives the router, and requests that are being answered. Errors: every
// refusal is a problem (http/problem.h) with a sentence for a webmaster.
#pragma once

#include <functional>
#include <string>

#include "account/persons.h"
#include "api/event_polls.h"
#include "base/task.h"
#include "http/router.h"
#include "server/calls.h"
#include "server/home.h"
#include "server/pushes.h"
#include "server/rooms.h"
#include "tenant/audit.h"
#include "tenant/certificate.h"
#include "tenant/first_steps.h"
#include "tenant/tenants.h"

namespace teahouse::domains {
class Domains;
class Prober;
}  // namespace teahouse::domains
namespace teahouse::acme {
class Renewals;
}
namespace teahouse::sign_up {
class SignUps;
}
namespace teahouse::transfer {
class Transfer;
}
namespace teahouse {
class UsageRollups;
}

namespace teahouse::api {

class IdempotencyRecords;

struct ApiContext {
  Home& home;  // of this loop
  Tenants& tenants;
  Rooms& rooms;
  Pushes& pushes;
  Audit& audit;
  Certificates& certificates;
  IdempotencyRecords& idempotency;
  Persons& persons;
  FirstSteps& steps;
  std::string operator_key_hash;  // crypto::hash_key() of the key in operator.key
  std::string http_origin;        // "https://im.example.org": how the world reaches this API
  std::string websocket_url;      // "wss://im.example.org/xmpp-websocket"
  // Called on this loop when a certificate was uploaded, or removed: for the listeners' TLS. May be empty.
  std::function<void(const HostCertificate&)> certificate_set;
  std::function<void(const std::string& domain)> certificate_removed;
  // Puts both planes as they are now beside themselves, as files; the server's id.
  std::function<Task<Result<std::string>>(Executor& home)> make_snapshot;
  EventPolls event_polls = {};   // of this loop
  const Calls* calls = nullptr;  // of `home`
  domains::Domains* domains = nullptr;
  domains::Prober* prober = nullptr;  // of `home`
  acme::Renewals* renewals = nullptr;
  const UsageRollups* usage = nullptr;
  // Sends a mail to this address at once; the mail server's words.
  std::function<Task<Result<std::string>>(Executor& home, std::string to)> test_mail = {};
  transfer::Transfer* transfer = nullptr;
  sign_up::SignUps* sign_ups = nullptr;

  Shared& shared() const { return home.shared(); }
  net::Loop& loop() const { return home.loop(); }
};

// Adds /operator/v1/..., /v1/..., /openapi.json and /healthz.
void add_routes(http::Router& router, ApiContext& context);

}  // namespace teahouse::api
