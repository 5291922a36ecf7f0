// A module's part of the server. SharedContext: the same on all loops, for a tenant that the module was given.
// ModuleContext: beside that its home loop, and its hooks, which end with it.
//
// Stores, residents and hosts are found by a Tenant, Host or Resident alone, and a module is given those of the tenant
// whose stanza, account or change it handles: it has no way to another's. It reaches its own object at another home by
// an address (send).
//
// Thread: SharedContext any; ModuleContext its home's, but for what it has of SharedContext.
// Lifetime: until its home ends, also of a module that was detached before: tasks that it began end by themselves.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "events/event_log.h"
#include "http/server.h"
#include "net/loop.h"
#include "server/archive_ids.h"
#include "server/hooks.h"
#include "server/mentions.h"
#include "server/module.h"
#include "server/place.h"
#include "store/disk_health.h"
#include "store/stores.h"
#include "tenant/external_services.h"

namespace teahouse {

namespace http {
struct Route;
}
class AccountRemoval;
class Accounts;
class ApiCallLimits;
class Files;
struct Account;
struct SessionToken;
struct Shared;

// A route of a module, at the hosts of one kind whose tenants have the module, suspended tenants too; elsewhere, and of
// a host that is nobody's, its path is not there (404).
struct HttpRoute {
  HostKind kind;
  std::string method;
  std::string pattern;                                                         // as http::Router has it
  std::function<void(const HostPtr&, http::Request, http::Responder)> handle;  // answers now or later, on any thread
  http::BodyRule body = {};  // how large the request's body may be, and whether the handler takes it as a stream
  // Also at any host, below this path and the domain: with "/upload" at "/upload/{host}" and the pattern, for servers
  // that are reached by one name (public.url). Empty: not.
  std::string_view also_below = {};
};

class SharedContext {
 public:
  // `module` is the name in its ModuleInfo. Lifetime: the server outlives it.
  SharedContext(Shared& shared, std::string_view module);

  const Clock& clock() const { return clock_; }
  Accounts& accounts() const;
  ApiCallLimits& limits() const;
  Files& files() const;
  ExternalServiceList external_services(const Tenant& tenant) const;                       // never null
  Result<SessionToken> session_token(const Tenant& tenant, const Account& account) const;  // account/session_token.h

  // --- stores
  store::MapStore map(const Tenant& tenant, std::string_view name) const;
  store::ArchiveStore archive(const Tenant& tenant, std::string_view name) const;
  Mentions mentions(std::string_view map) const;
  const store::DiskHealth& disk() const { return disk_; }
  // Where browsers reach the server's WebSocket, as its operator says it; empty where they have not said it.
  const std::string& public_websocket_url() const;
  // Where people reach the pages of modules at this accounts host, as "https://shop.example"; behind public.url, at
  // HttpRoute::also_below.
  std::string page_address(const Host& host, std::string_view also_below) const;
  Lsn appended() const;
  // Calls `write` with the event's row, to go with what is written (EventLog), and gives what it gives; with null where
  // the tenant keeps no such events. Where much is written, ask Tenant::events before an event is made.
  Lsn record(const Tenant& tenant, EventBody event, const EventLog::WriteWith& write) const;
  Task<Result<void>> wait(Executor& home, Lsn lsn) const;
  // A line of the tenant's audit, as Audit::note() writes it.
  Task<void> note(Executor& home, TenantPtr tenant, std::string actor, std::string action, std::string detail) const;

  // --- the same module at other homes
  // The parcel's arrive(Module*, const HostPtr&) is called at the home of this address, with the module there (null
  // where it has none) and the address's host (null where it is none of this tenant's).
  template <Parcel P>
  void send(TenantId tenant, const BareJid& address, P parcel) const {
    carry(tenant, address,
          [parcel = std::move(parcel)](Module* module, const HostPtr& host) { parcel.arrive(module, host); });
  }
  // At every home; for no host.
  template <Parcel P>
  void send_each(P parcel) const {
    carry_to_each([parcel = std::move(parcel)](Module* module, const HostPtr& host) { parcel.arrive(module, host); });
  }
  // Asks the same module at every home: answer(Module*), with null where a home has none. The answers come by the
  // indices of the homes' loops, on `asker`.
  template <Parcel Question>
  auto ask_each(Executor& asker, Question question) const
      -> Task<std::vector<decltype(question.answer(std::declval<Module*>()))>> {
    using Answers = std::vector<decltype(question.answer(std::declval<Module*>()))>;
    const auto answers = std::make_shared<Answers>(home_count());
    std::function<void(size_t, Module*)> visit = [question = std::move(question), answers](size_t at, Module* module) {
      (*answers)[at] = question.answer(module);
    };
    auto visiting = visit_each(asker, std::move(visit));
    co_await visiting;
    co_return std::move(*answers);
  }

 protected:
  Shared& shared() const { return shared_; }

 private:
  using Arrive = std::function<void(Module*, const HostPtr&)>;
  void carry(TenantId tenant, const BareJid& address, Arrive parcel) const;
  void carry_to_each(Arrive parcel) const;
  size_t home_count() const;
  Task<void> visit_each(Executor& asker, std::function<void(size_t, Module*)> visit) const;

  Shared& shared_;
  const std::string_view module_;
  const Clock& clock_;
  const store::DiskHealth& disk_;
};

class ModuleContext : public SharedContext {
 public:
  // Its bit: ModuleList; the place of its first option: OptionTable.
  ModuleContext(Home& home, Module& module, uint64_t bit, size_t first_option = 0);
  ModuleContext(const ModuleContext&) = delete;

  net::Loop& loop() const;
  ArchiveIds& archive_ids() const { return archive_ids_; }
  store::Arrival make_arrival() const { return archive_ids_.make(clock().wall_ms()); }
  Lsn committed() const;
  void when_committed(Lsn lsn, std::function<void()> work) const;
  // Does the host have this module? Its memory of addresses that are removed is kept right in any case.
  bool is_at(const Host& host) const { return (host.modules_off & bit_) == 0; }
  // The value that an option in its ModuleInfo has for the host's tenant: a bool, a number, an enum in the order of the
  // choices. REQUIRES: there is such an option.
  template <class T>
  T option(const Host& host, std::string_view name) const {
    return static_cast<T>(find_option(host, name));
  }
  // Does some module answer for a host that is a service?
  bool is_served(const Host& host) const;
  // The declarations of the modules that the host has, in their order.
  std::vector<const ModuleInfo*> modules(const Host& host) const;

  // The module of this name, which is in `needs`, on this home.
  template <class T>
  T& need(std::string_view name) const {
    return static_cast<T&>(find_needed(name));
  }

  // --- routing, as Home has it
  void route(Stanza&& stanza, TicketPtr ticket = nullptr) const;
  void route_for(Resident& resident, Stanza stanza, TicketPtr ticket = nullptr) const;
  // A stanza that the account says without a session: through all its outbound phases. `from` is its bare address.
  void send_as(Resident& resident, Stanza stanza, TicketPtr ticket = nullptr) const;
  void reply(const Stanza& request, std::string payload, TicketPtr ticket = nullptr) const;
  // The result of a request of on_own_iq(), when this is on disk.
  void reply_when(Lsn lsn, const IqRequest& request, std::string payload = {}) const;
  void reply_error(const Stanza& request, const Error& error) const;
  void refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error) const;
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
  // Those of a tenant that are in memory on this home, in no order. Until one comes or leaves.
  const std::vector<Resident*>& residents_of(TenantId tenant) const;
  // Calls back with the account, loaded if need be, as Residents::with() does. REQUIRES: it belongs to this home.
  void with_account(const BareJid& jid, std::function<void(Result<Resident*>)> work) const;
  Session* find_session(uint64_t number) const;
  // Its stream, if it has one, ends with this stream error.
  void end_session(Session& session, std::string_view condition, std::string_view text) const;
  bool is_home_of(std::string_view bare_jid) const;
  // Tells the modules of a contact, on its home, that an address that it names is no more.
  void tell_gone(const BareJid& contact, const BareJid& gone, const RemovalPtr& removal) const;
  // Whether the guards let the account have what was accepted for it before.
  bool may_have(Resident& resident, Stanza& stanza) const;
  // Whether the guards let what the server says in the account's name go to where it is for.
  bool may_say(Resident& resident, Stanza& stanza) const;
  void tell_visibility(Resident& resident, const Jid& to, bool is_visible) const;  // Hooks::visibility_changed
  // Tells all modules that the session sent undirected available presence.
  void tell_available(Session& session, bool initial) const;
  void tell_retracted(const RetractedMessage& message) const;  // Hooks::message_retracted
  void tell_role(const HostPtr& host, const BareJid& room, const FullJid& session,
                 const char* role) const;                                           // Hooks::role_changed
  void end_device_sessions(const BareJid& account, std::string_view device) const;  // of an account of this home
  void end_certificate_sessions(const BareJid& account, uint64_t certificate) const;
  // As server/password_change.h; `asking`: whose session is spared.
  Task<Result<void>> change_password(TenantPtr tenant, std::string localpart, std::string password,
                                     std::string asking) const;
  // As server/account_switch.h.
  Task<Result<bool>> switch_account(TenantPtr tenant, std::string localpart, bool disabled) const;
  Task<Result<void>> finish_account_removal(TenantPtr tenant, std::shared_ptr<const AccountRemoval> removal) const;

  // --- hooks; to be called by Module::attach()
  void on_outbound(OutboundPhase phase, StanzaKind kind, Hooks::OutboundHook hook);
  void on_inbound(InboundPhase phase, StanzaKind kind, Hooks::InboundHook hook);
  void on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns, Hooks::IqHandler handler);
  // Both own_account and in_its_name: the request's session may be null.
  void on_own_iq(StanzaType type, std::string_view name, std::string_view ns, const Hooks::IqHandler& handler);
  void on_nonza(std::string_view name, std::string_view ns, Hooks::SessionHook handler);
  void on_bind_feature(std::string_view name, std::string_view ns, Hooks::SessionHook handler);
  void on_service(HostKind kind, Hooks::ServiceHandler handler);
  // One for each (kind, method, pattern).
  void on_http(HttpRoute route);
  //   context.on(&Hooks::session_closing, [](Session& session) { ... });
  template <class Hook>
  void on(HookList<Hook> Hooks::*list, std::type_identity_t<Hook> hook) {
    hooked_.push_back((hooks().*list).add(std::move(hook), bit_));
  }

  // --- metrics in its ModuleInfo; to be called by Module::attach()
  // A counter of this home, for the module to add to. It lives as long as the context.
  int64_t& count_as(std::string_view counter);
  // A gauge: how much there is on this home, asked on its loop while the module is attached.
  void measure(std::string_view gauge, std::function<int64_t()> read);
  // Reads them, in their order.
  const std::vector<std::function<int64_t()>>& metrics() const { return metrics_; }

  // --- state on residents and sessions
  template <class T>
  Attached<T> attach_to_residents() {
    return Attached<T>(on_residents_.emplace_back(hooks().resident_numbers.take()));
  }
  template <class T>
  Attached<T> attach_to_sessions() {
    return Attached<T>(on_sessions_.emplace_back(hooks().session_numbers.take()));
  }

  // For Home: the module's hooks end, and its state is dropped. REQUIRES: none of its hooks is being called.
  void detach();

 private:
  Hooks& hooks();
  void add_route(http::Route route);
  Module& find_needed(std::string_view name) const;
  int64_t find_option(const Host& host, std::string_view name) const;
  std::function<int64_t()>& find_metric(std::string_view name, MetricInfo::Kind kind);

  Home& home_;
  const ModuleInfo& info_;
  const uint64_t bit_;
  const size_t first_option_;
  ArchiveIds& archive_ids_;
  std::vector<Hooked> hooked_;
  std::deque<int64_t> counters_;
  std::vector<std::function<int64_t()>> metrics_;
  std::vector<size_t> on_residents_, on_sessions_;
};

}  // namespace teahouse
