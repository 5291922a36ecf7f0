// RegistrationModule: XEP-0077 for tenants that allow it: a stranger makes an account; its user changes the password or
// removes it. A stranger whose stream has shown an invitation makes an account anywhere (XEP-0445).
//
// Thread: its home loop.
// Limits: the plan's registrations_per_h from one address and tenant (resource-constraint), and of one invitation 10
// tries an hour instead; the plan's accounts.
// Errors: item-not-found for a token that is none, whatever is wrong with it; not-acceptable for a wrong answer to the
// tenant's question (Tenant::registration_question).
#pragma once

#include "account/invites.h"
#include "base/token_buckets.h"
#include "server/module_context.h"

namespace teahouse {

class RegistrationModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  // Called when an account was made by an invitation, before its user is told: modules/invites makes the contact.
  std::function<Task<void>(TenantPtr, InvitePtr, BareJid account, int64_t incarnation)> on_invited;

 private:
  Flow stranger(const UnauthenticatedIq& iq);
  void show_invite(const UnauthenticatedIq& iq);
  void answer(const UnauthenticatedIq& iq);
  Result<void> may_try(const UnauthenticatedIq& iq, const std::string& username);
  void get(const IqRequest& iq);
  void set(const IqRequest& iq);
  static Task<void> create(ModuleContext& context, TenantPtr tenant, std::string username, std::string password,
                           Stanza request, std::string address, std::function<void(Stanza)> answer);
  static Task<void> create_invited(RegistrationModule& self, TenantPtr tenant, InvitePtr invite, std::string username,
                                   std::string password, Stanza request, std::function<void(Stanza)> answer);
  static Task<void> change_password(ModuleContext& context, TenantPtr tenant, std::string localpart,
                                    std::string password, std::string asking, Stanza request);
  static Task<void> remove(ModuleContext& context, HostPtr host, BareJid account, uint64_t session, Stanza request);

  ModuleContext* context_ = nullptr;
  TokenBuckets tries_{10'000};  // by the number of the invitation
};

}  // namespace teahouse
