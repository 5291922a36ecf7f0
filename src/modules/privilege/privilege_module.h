// PrivilegeModule: what components do with the accounts of their tenants by its permission (ComponentPermissions), and
// nothing without it, or with accounts of other tenants.
//
// A message goes out as one of the account's that the API sends: it is archived and copied to the account's sessions.
// An iq is asked in the account's name with an id of ours, by which its answer is known. Presence of contacts is shown
// once for each change, also where several accounts of the tenant hear of it.
//
// Thread: its home loop.
// Limits: waiting_max iqs of a tenant are under way at a home, each for answer_ms to answer_ms + sweep_ms. A
// component's home knows of seen_max contacts' resources what was shown last, and shows others as often as they come.
// Errors: forbidden; item-not-found for an account that is not there; resource-constraint; remote-server-timeout.
// Spec: XEP-0356 0.4.1.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "modules/presence/presence_module.h"
#include "modules/roster/roster_module.h"

namespace teahouse {

class PrivilegeModule final : public Module {
 public:
  static constexpr size_t waiting_max = 1000, seen_max = 20'000;
  static constexpr int64_t answer_ms = 60'000, sweep_ms = 10'000;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

 private:
  using StanzaPtr = std::shared_ptr<Stanza>;
  struct DoForAccount;  // a component's request, at the home of the account
  struct ShowToAll;     // a component is there: every home shows it the presence that it may have
  struct ShowContact;   // presence of a contact, at the home of the account that has the contact
  struct ShowPresence;  // presence of a contact, at the home of the component
  struct Connected {
    TenantId tenant;
    ComponentPermissions told;
    std::unordered_map<std::string, size_t> seen;  // by a contact's full address, a hash of what was shown
  };
  struct Waiting {
    std::string account;
    StanzaPtr request;  // of the component
    std::string id;     // of the iq inside
    int64_t until_ms;
  };

  // At the component's home.
  Flow take(const HostPtr& host, Stanza& stanza);
  void take_message(const HostPtr& host, Stanza& stanza, const xml::Element& privilege);
  void take_roster_request(const HostPtr& host, Stanza& stanza);
  void take_iq(const HostPtr& host, Stanza& stanza);
  void enter(const HostPtr& host);
  void advertise(const Tenant& tenant, const std::string& domain);
  void show(const std::string& domain, Stanza presence);

  // At every home.
  void follow(const Tenant& tenant);
  void show_all(TenantId tenant, const std::string& accounts_domain, const std::string& domain, PresenceAccess access);
  void show_contacts(TenantId tenant, const std::string& accounts_domain, const std::string& domain);
  void show_contact(Session& session, TenantId tenant, const std::string& accounts_domain, const std::string& domain);

  // At the account's home.
  void push(Resident& resident, const std::string& item);
  void show_own(Resident& resident, const Stanza& presence);
  void hear_contact(const Inbound& inbound);
  void do_for(Resident& resident, const StanzaPtr& request, const StanzaPtr& inner);
  void ask(Resident& resident, const StanzaPtr& request, Stanza inner);
  Flow take_answer(Inbound& inbound);
  void sweep();

  ModuleContext* context_ = nullptr;
  RosterModule* roster_ = nullptr;
  PresenceModule* presence_ = nullptr;
  std::map<std::string, Connected, std::less<>> connected_;                         // by domain; those of this home
  std::unordered_map<TenantId, PermissionMap> known_;                               // of tenants that have any
  std::unordered_map<TenantId, std::unordered_map<std::string, Waiting>> waiting_;  // by the id of the iq that was sent
  net::Timer sweep_timer_;
};

}  // namespace teahouse
