// RegistrationModule: XEP-0077 for tenants that allow it: a stranger makes an account; its user changes the password or
// removes it.
//
// Thread: its home loop.
// Limits: the plan's registrations_per_h from one address and tenant (resource-constraint); its accounts.
#pragma once

#include "server/home.h"

namespace teahouse {

class RegistrationModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(Home& home) override;

 private:
  void stranger(const StrangerIq& iq);
  void get(const IqRequest& iq);
  void set(const IqRequest& iq);
  static Task<void> create(Home& home, TenantPtr tenant, std::string username, std::string password, Stanza request,
                           std::string address, std::function<void(Stanza)> answer);
  static Task<void> change_password(Home& home, TenantPtr tenant, std::string localpart, std::string password,
                                    Stanza request);
  static Task<void> remove(Home& home, HostPtr host, BareJid account, uint64_t session, Stanza request);

  Home* home_ = nullptr;
};

}  // namespace teahouse
