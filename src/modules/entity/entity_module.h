// EntityModule: service discovery, ping, software version and entity time of accounts hosts and accounts.
//
// The features are those that the modules declare (ModuleInfo). An account shows itself to itself and to whom it shows
// its presence; to anybody else it looks like one that does not exist (XEP-0030 section 8).
//
// Thread: its home loop.
#pragma once

#include "modules/roster/roster_module.h"

namespace teahouse {

class EntityModule final : public Module {
 public:
  explicit EntityModule(RosterModule& roster) : roster_(roster) {}
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  void host_info(const IqRequest& request);
  void host_items(const IqRequest& request);
  void account_info(const IqRequest& request);
  void account_items(const IqRequest& request);
  bool may_see(const IqRequest& request) const;

  RosterModule& roster_;
  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
