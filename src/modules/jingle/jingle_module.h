// JingleModule: holds a tenant's users to what it has of calls. A stanza that asks for more is answered with an error
// before any archive or other session has it, and reaches nobody.
//
// The sender's tenant says so by not-allowed, or forbidden to a guest; the receiver's by service-unavailable, or
// not-acceptable where voice alone would be taken, in the same words for an account that is not there (decision 0010).
// The occupants of a room are held to the same; a room's own traffic is let in.
//
// Thread: its home loop. Spec: XEP-0166, XEP-0353, XEP-0482; what they leave to the server's policy.
#pragma once

#include <optional>

#include "modules/jingle/call_request.h"
#include "server/calls.h"
#include "server/module_context.h"

namespace teahouse {

class JingleModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  CallRules rules(const Host& host) const;

 private:
  CallMedia media(const Host& host) const;
  Flow send(const Outbound& outbound);
  Flow receive(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket);
  Flow refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error);

  ModuleContext* context_ = nullptr;
  int64_t* refused_ = nullptr;
};

}  // namespace teahouse
