// InvitesModule: users make invitations by commands, and those who show one become their contacts; its page for people
// who have no client yet.
//
// Thread: its home loop. Limits: those of `Invites`.
// Errors: those of CommandsModule; a token that is not valid is passed over, as if none were shown (XEP-0379 section
// 4.1).
// Spec: XEP-0401 0.6.0, XEP-0379 0.3.3.
#pragma once

#include "account/invites.h"
#include "modules/commands/commands_module.h"
#include "modules/registration/registration_module.h"
#include "modules/roster/roster_module.h"

namespace teahouse {

class InvitesModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  ModuleContext& context() const { return *context_; }
  // A contact of both directions, on the account's home. `incarnation`: of the account; another one is left as it is.
  void make_contact(const BareJid& account, int64_t incarnation, const BareJid& contact, const TicketPtr& ticket);

 private:
  static Task<Result<CommandAnswer>> invite(InvitesModule& self, CommandStep step);
  static Task<Result<CommandAnswer>> create_account(InvitesModule& self, CommandStep step);
  static Task<Result<CommandAnswer>> make(InvitesModule& self, CommandStep step, Invite wanted, bool is_by_admin);
  static Task<void> join(InvitesModule& self, TenantPtr tenant, InvitePtr invite, BareJid account, int64_t incarnation);
  Flow guard(Inbound& inbound);
  void grant(Resident& resident, const BareJid& contact, const TicketPtr& ticket);

  ModuleContext* context_ = nullptr;
  CommandsModule* commands_ = nullptr;
  RegistrationModule* registration_ = nullptr;
  RosterModule* roster_ = nullptr;
};

}  // namespace teahouse
