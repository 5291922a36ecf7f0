// CsiModule: clients say whether their user looks at them; to those whose user does not, what can wait goes later.
//
// A stream begins active, also one that resumes a session, unless its client says otherwise as it logs in. Nobody else
// learns what a client said.
//
// Thread: its home loop.
// Limits: Session::held_back_max stanzas wait for a client.
// Spec: XEP-0352.
#pragma once

#include "server/module_context.h"

namespace teahouse {

class CsiModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
};

}  // namespace teahouse
