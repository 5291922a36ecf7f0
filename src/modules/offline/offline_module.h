// OfflineModule: keeps what nobody was there to read, and hands it over at the next available presence that is not
// negative, as fast as the client reads.
//
// Thread: its home loop.
// Limits: the plan's offline_messages for each account; past it the sender gets service-unavailable (RFC 6121
// section 8.5.2.2.1). 1,000 copies of what waits are remembered for each account. Spec: XEP-0160, RFC 6121
// section 8.5.2.2, XEP-0203.
#pragma once

#include "server/home.h"

namespace teahouse {

class OfflineModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(Home& home) override;

 private:
  struct Queue {
    int64_t waiting = 0;
    uint64_t receiver = 0;  // the session that they are handed over to, a portion at a time; 0: none
    // Sessions that were not to get what waits, but had a copy of it: who sends it to them again sends it twice.
    std::vector<std::pair<uint64_t, std::string>> copied;
  };
  Flow keep(Inbound& inbound);
  Flow vanish(const Tenant& tenant, const Stanza& message, const ReceiptPtr& receipt);
  void hand_over(Session& session);
  void go_on(Session& session);
  void pass_on(Session& session);
  static Task<void> load(OfflineModule& self, Resident& resident);
  static Task<void> deliver(OfflineModule& self, TenantPtr tenant, BareJid account, uint64_t session);
  store::MapStore store(const Tenant& tenant) { return home_->data().map(tenant.id, "offline"); }

  Home* home_ = nullptr;
  std::optional<Slot<Queue>> queue_;
};

}  // namespace teahouse
