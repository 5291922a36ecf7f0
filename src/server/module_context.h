// What a module has of the house. SharedContext: what is the same on all loops, for a tenant that the module was given.
// ModuleContext: beside that its home loop, and its hooks, which end with it.
//
// Stores, residents and hosts are found by a Tenant, Host or Resident alone, and a module is given those of the tenant
// whose stanza, account or change it handles: it has no way to another's. It reaches its own object at another home by
// an address (at).
//
// Thread: SharedContext any; ModuleContext its home's, but for what it has of SharedContext.
// Lifetime: until its home ends, also of a module that was detached before: tasks that it began end by themselves.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "net/loop.h"
#include "server/archive_ids.h"
#include "server/hooks.h"
#include "server/mentions.h"
#include "server/module.h"
#include "store/disk_health.h"
#include "store/stores.h"

namespace teahouse {

class AccountRemoval;
class Accounts;
class CallLimits;
struct House;

class SharedContext {
 public:
  // `module` is the name in its ModuleInfo. Lifetime: the house outlives it.
  SharedContext(House& house, std::string_view module);

  const Clock& clock() const { return clock_; }
  Accounts& accounts() const;
  CallLimits& limits() const;

  // --- stores
  store::MapStore map(const Tenant& tenant, std::string_view name) const;
  store::ArchiveStore archive(const Tenant& tenant, std::string_view name) const;
  Mentions mentions(std::string_view map) const;
  const store::DiskHealth& disk() const { return disk_; }
  Lsn appended() const;
  Task<Result<void>> wait(Executor& home, Lsn lsn) const;

  // --- the same module at other homes
  // Runs the work at the home of this address, with the module there (null where it has none) and the address's host
  // (null where it is none of this tenant's).
  using WorkThere = std::function<void(Module*, const HostPtr&)>;
  void at(TenantId tenant, const BareJid& address, WorkThere work) const;
  void at_each(const std::function<void(Module&)>& work) const;

 protected:
  House& house() const { return house_; }

 private:
  House& house_;
  const std::string_view module_;
  const Clock& clock_;
  const store::DiskHealth& disk_;
};

class ModuleContext : public SharedContext {
 public:
  ModuleContext(Home& home, Module& module);
  ModuleContext(const ModuleContext&) = delete;

  net::Loop& loop() const;
  ArchiveIds& archive_ids() const { return archive_ids_; }
  store::Arrival make_arrival() const { return archive_ids_.make(clock().wall_ms()); }
  Lsn committed() const;
  void when_committed(Lsn lsn, std::function<void()> work) const;
  // What the modules of this home declare, in their order.
  const std::vector<const ModuleInfo*>& modules() const;

  // --- routing, as Home has it
  void route(Stanza stanza, ReceiptPtr receipt = nullptr) const;
  void reply(const Stanza& request, std::string payload, ReceiptPtr receipt = nullptr) const;
  void reply_error(const Stanza& request, const Error& error) const;
  void lead_to_account(Jid& address) const;
  void lead_to_account(BareJid& address) const;

  // --- hosts
  std::optional<HostKind> kind_of(std::string_view domain) const;          // none: nobody is served there
  std::optional<TenantId> tenant_at(std::string_view domain) const;        // whose it is; none: nobody's
  HostPtr current(const HostPtr& host) const;                              // as it is now; null: its tenant is gone
  HostPtr find_host(const Tenant& tenant, std::string_view domain) const;  // null: the tenant has none of this domain
  void for_each_tenant(const std::function<void(const TenantPtr&)>& visit) const;

  // --- accounts
  Resident* find_resident(const Tenant& tenant, std::string_view bare_jid) const;  // only if in memory
  Session* find_session(uint64_t number) const;
  bool is_home_of(std::string_view bare_jid) const;
  // Tells the modules of a contact, on its home, that an address that it names is no more.
  void tell_gone(const BareJid& contact, const BareJid& gone, const RemovalPtr& removal) const;
  // Tells all modules that the session sent undirected available presence.
  void tell_available(Session& session, bool initial) const;
  Task<Result<void>> finish_account_removal(TenantPtr tenant, std::shared_ptr<const AccountRemoval> removal) const;

  // --- hooks; to be called by Module::attach()
  void on_outbound(Phase phase, StanzaKind kind, Hooks::OutboundHook hook);
  void on_inbound(Phase phase, StanzaKind kind, Hooks::InboundHook hook);
  void on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns, Hooks::IqHandler handler);
  void on_service(HostKind kind, Hooks::ServiceHandler handler);
  //   context.on(&Hooks::session_closing, [](Session& session) { ... });
  template <class Hook>
  void on(HookList<Hook> Hooks::*list, std::type_identity_t<Hook> hook) {
    hooked_.push_back((hooks().*list).add(std::move(hook)));
  }

  // --- state on residents and sessions
  template <class T>
  Slot<T> make_resident_slot() {
    return Slot<T>(resident_slots_.emplace_back(hooks().resident_slots.take()));
  }
  template <class T>
  Slot<T> make_session_slot() {
    return Slot<T>(session_slots_.emplace_back(hooks().session_slots.take()));
  }

  // For Home: the module's hooks end, and its state is dropped. REQUIRES: none of its hooks is being called.
  void detach();

 private:
  Hooks& hooks();

  Home& home_;
  ArchiveIds& archive_ids_;
  std::vector<Hooked> hooked_;
  std::vector<size_t> resident_slots_, session_slots_;
};

}  // namespace teahouse
