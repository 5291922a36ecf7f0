// ServiceAdminModule: a tenant's admins (Tenant::admins) administer it from their XMPP clients, and nothing beyond it.
//
// Thread: its home loop; a command asks the other homes by ask_each().
// Limits: 100 accounts named in a form; 1,000 in a list; an announcement, or message of the day, of 10,000 bytes.
// Errors: forbidden for everybody else, admins of other tenants too; bad-payload for a form that names an account
// elsewhere; item-not-found, conflict and the others as `Accounts` has them.
// Spec: XEP-0133 1.3.1.
#pragma once

#include "modules/commands/commands_module.h"
#include "modules/roster/roster_module.h"
#include "modules/service_admin/motds.h"

namespace teahouse {

class ServiceAdminModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  ModuleContext& context() const { return *context_; }
  Motds& motds() { return *motds_; }
  // A line of the audit, by the command's asker, as an API call of that user writes it.
  Task<void> note(const CommandStep& step, std::string action, std::string detail) const;

 private:
  ModuleContext* context_ = nullptr;
  CommandsModule* commands_ = nullptr;
  std::optional<Motds> motds_;
};

}  // namespace teahouse
