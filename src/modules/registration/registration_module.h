// RegistrationModule: XEP-0077 for tenants that allow it: a stranger makes an account; its user changes the password or
// removes it.
//
// Thread: its home loop.
// Limits: the plan's registrations_per_h from one address and tenant (resource-constraint); its accounts.
#pragma once

#include "server/module_context.h"

namespace teahouse {

class RegistrationModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  Flow stranger(const UnauthenticatedIq& iq);
  void answer(const UnauthenticatedIq& iq);
  void get(const IqRequest& iq);
  void set(const IqRequest& iq);
  static Task<void> create(ModuleContext& context, TenantPtr tenant, std::string username, std::string password,
                           Stanza request, std::string address, std::function<void(Stanza)> answer);
  static Task<void> change_password(ModuleContext& context, TenantPtr tenant, std::string localpart,
                                    std::string password, Stanza request);
  static Task<void> remove(ModuleContext& context, HostPtr host, BareJid account, uint64_t session, Stanza request);

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
