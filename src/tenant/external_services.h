// ExternalServices: what a tenant's users may use outside XMPP: STUN and TURN servers and the like, with the
// credentials that open them, sealed under a key that is not in the database.
//
// They live in memory as well; the table is read once, at the start. A row is sealed as a whole, in its place: a copy
// in another tenant's row does not open. Changes take turns, so memory is always what the disk is. Thread: any; the
// tasks go on on `home`. Limits: 30 services a tenant; texts as parse_external_service() says. Spec: XEP-0215.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/turns.h"

namespace teahouse {

struct ExternalService {
  int64_t id = 0;
  std::string type;                // "turn"
  std::string host;                // a domain, in ASCII, or an address
  uint16_t port = 0;               // 0: none is said
  std::string transport;           // "udp"; empty: none is said
  std::string name;                // for people; may be empty
  std::string username, password;  // fixed credentials; empty: none
  std::string secret;              // which the service shares with us: credentials are made of it; empty: none are
  int64_t lasts_s = 0;             // so long those are good
  int64_t expires_ms = 0;          // when fixed credentials run out; 0: never
  bool restricted = false;         // credentials are given to those alone who ask for them
  int64_t created_ms = 0;

  bool operator==(const ExternalService&) const = default;
};
using ExternalServiceList = std::shared_ptr<const std::vector<ExternalService>>;

// The service in its one normal spelling. Errors: bad_request, with a sentence: for what is no service, and for
// credentials that nobody could use.
Result<ExternalService> parse_external_service(ExternalService service);

class ExternalServices {
 public:
  // `seal_key`: signing_secrets.h.
  ExternalServices(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  // In the order in which they were added; never null.
  ExternalServiceList list(TenantId tenant) const;
  // Errors: bad_request; conflict for one that is there (type, host, port, transport); resource_constraint.
  Task<Result<ExternalService>> add(Executor& home, TenantId tenant, ExternalService service);
  // Errors: item_not_found.
  Task<Result<void>> remove(Executor& home, TenantId tenant, int64_t id);
  void forget(TenantId tenant);

 private:
  void keep(TenantId tenant, ExternalService service);

  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
  Turns turns_;

  mutable std::mutex mutex_;  // of what follows
  std::unordered_map<TenantId, ExternalServiceList> of_tenant_;
};

}  // namespace teahouse
