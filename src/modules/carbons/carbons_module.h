// CarbonsModule: XEP-0280. A session switches copies on; from then on it gets those of messages that it would not see
// otherwise.
//
// Thread: its home loop.
#pragma once

#include <optional>

#include "server/module_context.h"

namespace teahouse {

class CarbonsModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Enabled {
    bool is_on = false;
  };
  bool wants_copies(const Session& session) const {
    const Enabled* enabled = enabled_->find(session);
    return enabled && enabled->is_on;
  }
  Flow copy_sent(Outbound& outbound);
  Flow copy_received(Inbound& inbound);
  void set(const IqRequest& request, bool is_on);

  ModuleContext* context_ = nullptr;
  std::optional<Attached<Enabled>> enabled_;
};

// XEP-0280 section 6.1: is this a message that people want to see on all their devices?
bool is_carbon_eligible(const Stanza& message);

}  // namespace teahouse
