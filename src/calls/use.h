// Use: an allocation as it counts for its tenant, its account, its client's network and this machine.
//
// Thread: any; all loops share Limits. Limits: the plan's call_allocations, call_allocations_per_account and
// call_allocations_per_network; per_network, of all tenants together; allocations_max.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/text_map.h"
#include "calls/credentials.h"
#include "tenant/account_counts.h"
#include "tenant/tenant.h"

namespace teahouse::calls {

class Limits {
 public:
  static constexpr int64_t per_network = 2000;

  explicit Limits(int64_t allocations_max) : allocations_max_(allocations_max) {}

  // The account is no more: credentials that were made until now open nothing. One of its name that is made later has
  // others.
  void end_account(TenantId tenant, std::string_view account, int64_t now_ms);
  bool is_ended(const CallCredentials::Claim& claim) const;

 private:
  friend class Use;
  const int64_t allocations_max_;
  std::atomic<int64_t> allocations_ = 0;
  AccountCounts of_network_;
  mutable std::mutex mutex_;  // of what follows
  TextMap<int64_t> ended_;    // when; for as long as credentials last
};

class Use {
 public:
  enum class Refusal : uint8_t { none, quota, capacity };
  // Null with a refusal.
  static std::unique_ptr<Use> take(Limits& limits, TenantPtr tenant, std::string_view account, std::string network,
                                   Refusal& refusal);
  ~Use();
  Use(const Use&) = delete;

  const TenantPtr& tenant() const { return tenant_; }
  void follow(TenantPtr tenant) { tenant_ = std::move(tenant); }  // the same, changed
  const std::string& account() const { return account_; }

 private:
  Use(Limits& limits, TenantPtr tenant, std::string_view account, std::string network)
      : limits_(limits), tenant_(std::move(tenant)), account_(account), network_(std::move(network)) {}

  // All that has to have room for it, in the order in which it is taken.
  enum class Share : uint8_t { machine, network, tenant, network_of_tenant, account, all };
  bool take(Share share);
  void give_back(Share share);

  Limits& limits_;
  TenantPtr tenant_;
  const std::string account_, network_;
  Share taken_ = Share::machine;  // what is before this
};

}  // namespace teahouse::calls
