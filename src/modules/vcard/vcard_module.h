// VcardModule: an account's vCard, which the account alone writes and everybody may read.
//
// Thread: its home loop.
// Limits: a vCard is as large as a stanza may be.
// Errors: service-unavailable for an account that has none, as for one that is not there; item-not-found to the account
// itself; forbidden for those that write another's.
// Spec: XEP-0054.
#pragma once

#include <functional>

#include "server/module_context.h"

namespace teahouse {

class VcardModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // Of another module, which answers all requests of tenants that have it; false: the tenant has not. To be set and
  // cleared by its attach() and detach().
  std::function<bool(const IqRequest&)> server;
  // XML, as it came. None: the account has no vCard.
  Task<Result<std::optional<std::string>>> load(HostPtr host, BareJid account) const;
  Lsn store(const Tenant& tenant, const BareJid& account, std::string_view vcard) const;

 private:
  void get(const IqRequest& request) const;
  void set(const IqRequest& request) const;
  store::MapStore store_of(const Tenant& tenant) const { return context_->map(tenant, "vcard"); }

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
