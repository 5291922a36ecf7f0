// DisplayedModule: takes what a client's message says of its own devices (up to where a chat has been read) out of it,
// and publishes that in the account's node.
//
// Thread: its home loop.
// Limits: those of PEP nodes: the oldest chat makes room.
// Errors: none is told; what cannot be published is left out, and the message goes on.
// Spec: XEP-0490 (server assist).
#pragma once

#include "modules/pubsub/pubsub.h"

namespace teahouse {

class DisplayedModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  void take(Outbound& outbound) const;

  ModuleContext* context_ = nullptr;
  pubsub::OwnNodes* nodes_ = nullptr;
};

}  // namespace teahouse
