// How components hear of their permissions and of presence.
//
// A component is told what it may do once it is there, and again when that changes. Every home shows it the presence of
// its own accounts then, which that home alone knows; from there on each change follows. An account's presence goes to
// the component as directed presence, unless the account's roster sends it there anyhow. That of a contact at another
// tenant goes by way of the component's home, which passes each over once, however many accounts hear of it.
#include "base/random.h"
#include "modules/privilege/privilege_module.h"
#include "modules/privilege/privileged.h"

namespace teahouse {

using privilege::address_of;
using privilege::permissions_of;

struct PrivilegeModule::ShowToAll {
  TenantId tenant;
  std::string accounts_domain, domain;
  PresenceAccess access;

  void arrive(Module* module, const HostPtr& /*host*/) const {
    if (auto* here = static_cast<PrivilegeModule*>(module)) here->show_all(tenant, accounts_domain, domain, access);
  }
};

struct PrivilegeModule::ShowPresence {
  std::string domain;
  StanzaPtr presence;

  void arrive(Module* module, const HostPtr& host) const {
    auto* here = static_cast<PrivilegeModule*>(module);
    if (here && host) here->show(domain, *presence);
  }
};

struct PrivilegeModule::ShowContact {
  TenantId tenant;
  std::string domain;
  StanzaPtr presence;  // `to` is the account

  void arrive(Module* module, const HostPtr& host) const {
    auto* here = static_cast<PrivilegeModule*>(module);
    if (!here || !host) return;
    here->context_->with_account(presence->to->bare(), [here, self = *this](Result<Resident*> resident) {
      if (!resident || !here->context_->may_have(**resident, *self.presence)) return;
      const RosterItem* item = here->roster_->of(**resident).find(self.presence->from->bare());
      if (!item || !item->subscription.to) return;
      here->context_->send(self.tenant, address_of(self.domain).bare(), ShowPresence{self.domain, self.presence});
    });
  }
};

void PrivilegeModule::enter(const HostPtr& host) {
  const Tenant& tenant = *host->tenant;
  const PresenceAccess access = permissions_of(tenant, host->domain).presence;
  connected_.insert_or_assign(host->domain, Connected{tenant.id, {}, {}});
  advertise(tenant, host->domain);
  if (access == PresenceAccess::none) return;
  context_->send_each(ShowToAll{tenant.id, tenant.domain(), host->domain, access});
}

// A stream that reads too slowly ends as it is sent something, and is connected no more after that.
void PrivilegeModule::advertise(const Tenant& tenant, const std::string& domain) {
  const auto found = connected_.find(domain);
  const ComponentPermissions& now = permissions_of(tenant, domain);
  if (found == connected_.end() || found->second.told == now) return;
  const ComponentPermissions before = std::exchange(found->second.told, now);
  if (now.presence != PresenceAccess::roster) found->second.seen.clear();
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::none, privilege::make_advertisement(now, before));
  message.id = "privilege-" + random_token(10);
  message.from = address_of(tenant.domain());
  message.to = address_of(domain);
  context_->route(std::move(message));
}

void PrivilegeModule::follow(const Tenant& tenant) {
  std::vector<std::string> here;
  for (const auto& [domain, component] : connected_) {
    if (component.tenant == tenant.id) here.push_back(domain);
  }
  for (const std::string& domain : here) advertise(tenant, domain);
  PermissionMap before;
  if (const auto known = known_.find(tenant.id); known != known_.end()) {
    before = std::move(known->second);
    known_.erase(known);
  }
  if (!tenant.component_permissions.empty()) known_.emplace(tenant.id, tenant.component_permissions);
  for (const auto& [domain, may] : tenant.component_permissions) {
    const auto was = before.find(domain);
    if (was != before.end() && may.presence <= was->second.presence) continue;
    show_all(tenant.id, tenant.domain(), domain, may.presence);
  }
}

void PrivilegeModule::show_all(TenantId tenant, const std::string& accounts_domain, const std::string& domain,
                               PresenceAccess access) {
  if (access == PresenceAccess::none) return;
  const std::vector<Resident*> residents = context_->residents_of(tenant);
  for (Resident* resident : residents) presence_->send_presence_of_all(*resident, address_of(domain));
  if (access == PresenceAccess::roster) show_contacts(tenant, accounts_domain, domain);
}

// The presence of contacts of the tenant's accounts, as far as they are at other tenants: its own are shown already.
void PrivilegeModule::show_contacts(TenantId tenant, const std::string& accounts_domain, const std::string& domain) {
  context_->for_each_tenant([&](const TenantPtr& other) {
    if (other->id == tenant) return;
    for (Resident* contact : context_->residents_of(other->id)) {
      for (const auto& session : contact->sessions()) {
        if (session->is_available()) show_contact(*session, tenant, accounts_domain, domain);
      }
    }
  });
}

void PrivilegeModule::show_contact(Session& session, TenantId tenant, const std::string& accounts_domain,
                                   const std::string& domain) {
  Stanza shown = presence_->make_shown(session);
  shown.from = session.jid();
  for (const auto& [jid, item] : roster_->of(session.resident()).items()) {
    if (!item.subscription.from || item.jid.domainpart() != accounts_domain) continue;
    shown.to = item.jid;
    if (!context_->may_say(session.resident(), shown)) continue;
    context_->send(tenant, item.jid, ShowContact{tenant, domain, std::make_shared<Stanza>(shown)});
  }
}

void PrivilegeModule::show_own(Resident& resident, const Stanza& presence) {
  for (const auto& [domain, may] : resident.tenant().component_permissions) {
    if (may.presence == PresenceAccess::none) continue;
    const Jid component = address_of(domain);
    const RosterItem* item = roster_->of(resident).find(component.bare());
    if (item && item->subscription.from) continue;
    Stanza copy = presence;
    copy.to = component;
    context_->route_for(resident, std::move(copy));
  }
}

void PrivilegeModule::hear_contact(const Inbound& inbound) {
  const Stanza& presence = inbound.stanza;
  const Tenant& tenant = inbound.resident.tenant();
  if (tenant.component_permissions.empty() || presence.from->domainpart() == tenant.domain()) return;
  if (presence.type != StanzaType::none && presence.type != StanzaType::unavailable) return;
  const RosterItem* item = roster_->of(inbound.resident).find(presence.from->bare());
  if (!item || !item->subscription.to) return;
  for (const auto& [domain, may] : tenant.component_permissions) {
    if (may.presence != PresenceAccess::roster || presence.from->domainpart() == domain) continue;
    context_->send(tenant.id, address_of(domain).bare(), ShowPresence{domain, std::make_shared<Stanza>(presence)});
  }
}

void PrivilegeModule::show(const std::string& domain, Stanza presence) {
  const auto found = connected_.find(domain);
  if (found == connected_.end()) return;  // the home of the account that hears of it knows what the component may see
  auto& seen = found->second.seen;
  const std::string& contact = presence.from->str();
  if (presence.type == StanzaType::unavailable) {
    if (seen.erase(contact) == 0 && seen.size() < seen_max) return;  // nothing of it was shown
  } else {
    const size_t now = std::hash<std::string>()(presence.lang + '\n' + std::string(presence.payload()));
    const auto known = seen.find(contact);
    if (known != seen.end() && known->second == now) return;
    if (known != seen.end() || seen.size() < seen_max) seen[contact] = now;
  }
  presence.to = address_of(domain);
  context_->route(std::move(presence));
}

}  // namespace teahouse
