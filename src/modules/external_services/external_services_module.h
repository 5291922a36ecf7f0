// ExternalServicesModule: tells a tenant's users which services outside XMPP they may use, and what opens these.
//
// A restricted service's credentials are given to those alone who ask for them; all others come with the list. The
// secret that a service shares with us is told to nobody.
//
// Thread: its home loop.
// Errors: forbidden to those who are no users of the tenant; bad_request; item_not_found for credentials that there
// are not.
// Spec: XEP-0215.
#pragma once

#include "modules/external_services/credentials.h"
#include "server/module_context.h"

namespace teahouse {

class ExternalServicesModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  void answer_services(const IqRequest& request) const;
  void answer_credentials(const IqRequest& request) const;
  bool refuse_others(const IqRequest& request) const;  // true: it is answered
  std::optional<Credentials> find_credentials(const IqRequest& request, const ExternalService& service) const;

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
