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

#include <functional>
#include <string_view>
#include <vector>

#include "modules/external_services/credentials.h"
#include "server/module_context.h"

namespace teahouse {

class ExternalServicesModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // The services that this server has itself, for an account. A tenant that names a service of the type "turn" or
  // "turns" has chosen its own, and is offered none of these. REQUIRES: its loop does not run yet.
  using Offers = std::function<std::vector<ServiceOffer>(const Host& host, std::string_view bare_jid)>;
  void set_own(Offers own) { own_ = std::move(own); }

  // The server's own and the tenant's, for an account of the host; none where the tenant goes without the module.
  std::vector<ServiceOffer> offers(const Host& host, std::string_view bare_jid) const;

 private:
  void answer_services(const IqRequest& request) const;
  void answer_credentials(const IqRequest& request) const;
  bool refuse_others(const IqRequest& request) const;  // true: it is answered

  ModuleContext* context_ = nullptr;
  Offers own_;
};

}  // namespace teahouse
