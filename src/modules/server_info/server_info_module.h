// ServerInfoModule: forms in a tenant's disco#info that tell its users where its people are reached, where to read of
// an outage, and how long what they write is kept.
//
// Thread: its home loop.
// Spec: XEP-0157, XEP-0455 (the address alone), XEP-0504 (retention and terms).
#pragma once

#include "server/module_context.h"

namespace teahouse {

class ServerInfoModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& /*context*/) override {}
};

}  // namespace teahouse
