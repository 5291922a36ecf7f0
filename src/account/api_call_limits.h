// ApiCallLimits: how often a tenant may call the API, an address may become a guest or make an account, and so on.
//
// Each is a TokenBucket.
//
// Thread: any (one small mutex; not on the path of stanzas).
// Limits: remembers 100,000 buckets; above that it forgets full ones, and then all, so that each caller
// begins anew.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace teahouse {

class ApiCallLimits {
 public:
  static constexpr int64_t guests_per_tenant_min = 300;
  static constexpr int64_t idempotency_keys_per_caller = 1000;   // a day, of a user or an address
  static constexpr int64_t idempotency_keys_per_site = 100'000;  // a day, of its own keys; as many of all its users
  static constexpr int64_t ghost_hunts_per_min = 60;             // and as many at once

  explicit ApiCallLimits(const Clock& clock);
  ~ApiCallLimits();

  // Takes one call. 0 when it may go on; else in how many seconds it is worth to try again. `calls_per_min` is the
  // plan's (unlimited: -1).
  int64_t take_call(TenantId tenant, int64_t calls_per_min);
  // How many of a minute's calls are used up now.
  int64_t used_calls(TenantId tenant, int64_t calls_per_min);
  // The same as take_call for a guest, of whom the plan allows an address so many in an hour; the renewal of a guest's
  // token counts too. A tenant has guests_per_tenant_min of them a minute in all. An IPv6 address counts as its /64.
  int64_t take_guest(TenantId tenant, std::string_view address, int64_t per_h);
  // The same for an account made in band (XEP-0077), of which the plan allows an address so many in an hour; given back
  // when none was made after all.
  int64_t take_account(TenantId tenant, std::string_view address, int64_t per_h);
  void give_back_account(TenantId tenant, std::string_view address, int64_t per_h);
  // The same for an Idempotency-Key that is new. `caller`: "key" for the site itself, "operator", or another caller.
  int64_t take_idempotency_key(TenantId tenant, const std::string& caller);
  // Whether all sessions of a tenant that has as many as it may are looked at once more (server/ghosts.h).
  bool take_ghost_hunt(TenantId tenant);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
