// CallsModule: the relay of calls as a tenant has it: who may use it, the services that its users are told of, and its
// end with the tenant's suspension and with an account.
//
// Without a port for it (move_in) there is no relay.
//
// Thread: its home loop. Limits: the plan's call_allocations, call_allocations_per_account, call_bits_per_s and
// call_bytes_per_month. Spec: CallRelay's.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "calls/call_relay.h"
#include "server/module_context.h"
#include "tenant/service_offer.h"

namespace teahouse {

class CallsModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // The address and ports that clients are told; port 0: it is not there.
  struct Reach {
    std::string host;  // empty: each tenant's own domain
    uint16_t udp = 0, tcp = 0, tls = 0;
  };
  // The relay as all homes share it. Lifetime: outlives them.
  struct House {
    House(std::string secret, calls::PeerGuard guard, int64_t allocations_max,
          std::unique_ptr<calls::RelayAddresses> its_addresses);
    calls::Turn::House turn;
    std::unique_ptr<calls::RelayAddresses> addresses;
  };
  // Begins to serve. REQUIRES: attached; its loop does not run yet.
  void move_in(std::shared_ptr<House> house);
  void tell(Reach reach) { reach_ = std::move(reach); }  // REQUIRES: the same
  calls::CallRelay* relay() const { return relay_.get(); }

  // In the order in which clients are to try them; none where the tenant goes without.
  std::vector<ServiceOffer> services(const Host& host, std::string_view bare_jid) const;

 private:
  struct AccountEnded;
  void follow(const TenantPtr& tenant);
  void leave(TenantId tenant);

  ModuleContext* context_ = nullptr;
  int64_t *relayed_bytes_ = nullptr, *dropped_packets_ = nullptr;
  std::shared_ptr<House> house_;
  Reach reach_;
  std::unordered_map<TenantId, TenantPtr> tenants_;  // that may use it
  std::unique_ptr<calls::CallRelay> relay_;
};

}  // namespace teahouse
