#include "server/module_context.h"

#include "server/account_removal.h"
#include "server/home.h"

namespace teahouse {

SharedContext::SharedContext(House& house, std::string_view module)
    : house_(house), module_(module), clock_(house.clock), disk_(house.data.health()) {}

Accounts& SharedContext::accounts() const { return house_.accounts; }
CallLimits& SharedContext::limits() const { return house_.limits; }

store::MapStore SharedContext::map(const Tenant& tenant, std::string_view name) const {
  return house_.data.map(tenant.id, name);
}
store::ArchiveStore SharedContext::archive(const Tenant& tenant, std::string_view name) const {
  return house_.data.archive(tenant.id, name);
}
Mentions SharedContext::mentions(std::string_view map) const { return {house_.data, map}; }
Lsn SharedContext::appended() const { return house_.data.appended(); }
Task<Result<void>> SharedContext::wait(Executor& home, Lsn lsn) const { return house_.data.wait(home, lsn); }

void SharedContext::at(TenantId tenant, const BareJid& address, WorkThere work) const {
  Home& there = house_.homes.of(address.str());
  there.loop().post(
      [&there, name = module_, tenant, domain = std::string(address.domainpart()), work = std::move(work)] {
        const HostPtr host = there.hosts().find(domain);
        work(there.find_module(name), host && host->tenant->id == tenant ? host : nullptr);
      });
}

void SharedContext::at_each(const std::function<void(Module&)>& work) const {
  for (Home* each : house_.homes.all) {
    each->loop().post([each, name = module_, work] {
      if (Module* module = each->find_module(name)) work(*module);
    });
  }
}

ModuleContext::ModuleContext(Home& home, Module& module)
    : SharedContext(home.house(), module.info().name), home_(home), archive_ids_(home.archive_ids()) {}

net::Loop& ModuleContext::loop() const { return home_.loop(); }
Lsn ModuleContext::committed() const { return home_.committed(); }
void ModuleContext::when_committed(Lsn lsn, std::function<void()> work) const {
  home_.when_committed(lsn, std::move(work));
}
const std::vector<const ModuleInfo*>& ModuleContext::modules() const { return home_.modules(); }

void ModuleContext::route(Stanza stanza, ReceiptPtr receipt) const {
  home_.route(std::move(stanza), std::move(receipt));
}
void ModuleContext::reply(const Stanza& request, std::string payload, ReceiptPtr receipt) const {
  home_.reply(request, std::move(payload), std::move(receipt));
}
void ModuleContext::reply_error(const Stanza& request, const Error& error) const { home_.reply_error(request, error); }
void ModuleContext::lead_to_account(Jid& address) const { home_.lead_to_account(address); }
void ModuleContext::lead_to_account(BareJid& address) const { home_.lead_to_account(address); }

std::optional<HostKind> ModuleContext::kind_of(std::string_view domain) const {
  const HostPtr host = home_.hosts().find(domain);
  return host ? std::optional(host->kind) : std::nullopt;
}
std::optional<TenantId> ModuleContext::tenant_at(std::string_view domain) const {
  const HostPtr host = home_.hosts().find(domain);
  return host ? std::optional(host->tenant->id) : std::nullopt;
}
HostPtr ModuleContext::current(const HostPtr& host) const { return find_host(*host->tenant, host->domain); }
HostPtr ModuleContext::find_host(const Tenant& tenant, std::string_view domain) const {
  HostPtr host = home_.hosts().find(domain);
  return host && host->tenant->id == tenant.id ? host : nullptr;
}
void ModuleContext::for_each_tenant(const std::function<void(const TenantPtr&)>& visit) const {
  home_.hosts().for_each([&](const HostPtr& host) {
    if (host->kind == HostKind::accounts) visit(host->tenant);
  });
}

Resident* ModuleContext::find_resident(const Tenant& tenant, std::string_view bare_jid) const {
  Resident* resident = home_.find_resident(bare_jid);
  return resident && resident->tenant().id == tenant.id ? resident : nullptr;
}
Session* ModuleContext::find_session(uint64_t number) const { return home_.find_session(number); }
bool ModuleContext::is_home_of(std::string_view bare_jid) const { return &house().homes.of(bare_jid) == &home_; }

void ModuleContext::tell_gone(const BareJid& contact, const BareJid& gone, const RemovalPtr& removal) const {
  Home& there = house().homes.of(contact.str());
  there.loop().post([&there, contact, gone, removal] {
    there.with_resident(contact, [&there, gone, removal](Result<Resident*> resident) {
      if (resident) {
        there.hooks().contact_gone(**resident, gone, removal);
      } else if (resident.error().kind != ErrorKind::item_not_found) {
        removal->fail();
      }
    });
  });
}

void ModuleContext::tell_available(Session& session, bool initial) const {
  home_.hooks().session_available(session, initial);
}

Task<Result<void>> ModuleContext::finish_account_removal(TenantPtr tenant, AccountRemovalPtr removal) const {
  return teahouse::finish_account_removal(house(), home_.loop(), std::move(tenant), std::move(removal));
}

void ModuleContext::on_outbound(Phase phase, StanzaKind kind, Hooks::OutboundHook hook) {
  hooked_.push_back(hooks().on_outbound(phase, kind, std::move(hook)));
}
void ModuleContext::on_inbound(Phase phase, StanzaKind kind, Hooks::InboundHook hook) {
  hooked_.push_back(hooks().on_inbound(phase, kind, std::move(hook)));
}
void ModuleContext::on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns,
                          Hooks::IqHandler handler) {
  hooked_.push_back(hooks().on_iq(target, type, name, ns, std::move(handler)));
}
void ModuleContext::on_service(HostKind kind, Hooks::ServiceHandler handler) {
  hooked_.push_back(hooks().on_service(kind, std::move(handler)));
}

Hooks& ModuleContext::hooks() { return home_.hooks(); }

void ModuleContext::detach() {
  hooked_.clear();
  home_.residents().for_each([this](Resident& resident) {
    for (const size_t number : resident_slots_) resident.slots.clear(number);
    for (const auto& session : resident.sessions()) {
      for (const size_t number : session_slots_) session->slots.clear(number);
    }
  });
}

}  // namespace teahouse
