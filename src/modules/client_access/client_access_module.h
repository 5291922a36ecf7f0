// ClientAccessModule: XEP-0494, the list of the devices that may use an account, and how its owner shuts one out.
//
// Errors: item-not-found for a device that the account has not; service-unavailable, with password-reset-required where
// the account has a password, for one without a token, which only another password shuts out.
// Thread: its home loop.
// Limits: Devices::devices_max, and the account's sessions.
#pragma once

#include "server/module_context.h"

namespace teahouse {

class ClientAccessModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  static Task<void> list(ModuleContext& context, TenantPtr tenant, BareJid account, Stanza request);
  static Task<void> revoke(ModuleContext& context, TenantPtr tenant, BareJid account, uint64_t session, Stanza request,
                           std::string device);

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
