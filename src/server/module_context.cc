#include "server/module_context.h"

#include "account/session_token.h"
#include "server/account_removal.h"
#include "server/account_switch.h"
#include "server/device_sessions.h"
#include "server/events.h"
#include "server/home.h"
#include "server/pages.h"
#include "server/password_change.h"
#include "tenant/audit.h"

namespace teahouse {
namespace {

struct ModuleParcel {
  std::string_view module;
  TenantId tenant;
  std::string domain;
  std::function<void(Module*, const HostPtr&)> parcel;
  void arrive(Home& here) const {
    const HostPtr host = here.hosts().find(domain);
    parcel(here.modules().find(module), host && host->tenant->id == tenant ? host : nullptr);
  }
};

struct VisitModule {
  std::string_view module;
  std::function<void(size_t, Module*)> visit;
  size_t answer(Home& here) const {
    visit(here.place().loop, here.modules().find(module));
    return here.place().loop;
  }
};

struct ContactGone {
  BareJid contact, gone;
  RemovalPtr removal;
  void arrive(Home& here) const {
    here.residents().with(contact, [&here, gone = gone, removal = removal](Result<Resident*> resident) {
      if (resident) {
        here.hooks().contact_gone(**resident, gone, removal);
      } else if (resident.error().kind != ErrorKind::item_not_found) {
        removal->fail();
      }
    });
  }
};

}  // namespace

SharedContext::SharedContext(Shared& shared, std::string_view module)
    : shared_(shared), module_(module), clock_(shared.clock), disk_(shared.data.health()) {}

Accounts& SharedContext::accounts() const { return shared_.accounts; }
ApiCallLimits& SharedContext::limits() const { return shared_.limits; }
Files& SharedContext::files() const {
  assert(shared_.files && "a home whose modules ask for files has some");
  return *shared_.files;
}

ExternalServiceList SharedContext::external_services(const Tenant& tenant) const {
  return shared_.keys.services.list(tenant.id);
}

Result<SessionToken> SharedContext::session_token(const Tenant& tenant, const Account& account) const {
  return make_session_token(tenant, shared_.keys, account, clock_.wall_ms());
}

store::MapStore SharedContext::map(const Tenant& tenant, std::string_view name) const {
  return shared_.data.map(tenant.id, name);
}
store::ArchiveStore SharedContext::archive(const Tenant& tenant, std::string_view name) const {
  return shared_.data.archive(tenant.id, name);
}
Mentions SharedContext::mentions(std::string_view map) const { return {shared_.data, map}; }
const std::string& SharedContext::public_websocket_url() const { return shared_.public_websocket_url; }
std::string SharedContext::page_address(const Host& host, std::string_view also_below) const {
  return find_page_address(shared_, host.domain, also_below);
}
Lsn SharedContext::appended() const { return shared_.data.appended(); }
Lsn SharedContext::record(const Tenant& tenant, EventBody event, const EventLog::WriteWith& write) const {
  return record_event(shared_, tenant, std::move(event), write);
}
Task<Result<void>> SharedContext::wait(Executor& home, Lsn lsn) const { return shared_.data.wait(home, lsn); }

Task<void> SharedContext::note(Executor& home, TenantPtr tenant, std::string actor, std::string action,
                               std::string detail) const {
  if (!shared_.audit) co_return;
  auto noted = shared_.audit->note(home, std::move(tenant), std::move(actor), std::move(action), std::move(detail));
  co_await noted;
}

size_t SharedContext::home_count() const { return shared_.homes.count(); }

Task<void> SharedContext::visit_each(Executor& asker, std::function<void(size_t, Module*)> visit) const {
  auto asked = shared_.homes.ask_each(asker, VisitModule{module_, std::move(visit)});
  co_await asked;
}

void SharedContext::carry(TenantId tenant, const BareJid& address, Arrive parcel) const {
  shared_.homes.send(shared_.homes.place_of(address.str()),
                     ModuleParcel{module_, tenant, std::string(address.domainpart()), std::move(parcel)});
}

void SharedContext::carry_to_each(Arrive parcel) const {
  shared_.homes.send_each(ModuleParcel{module_, TenantId::server, {}, std::move(parcel)});
}

ModuleContext::ModuleContext(Home& home, Module& module, uint64_t bit, size_t first_option)
    : SharedContext(home.shared(), module.info().name),
      home_(home),
      info_(module.info()),
      bit_(bit),
      first_option_(first_option),
      archive_ids_(home.archive_ids()),
      metrics_(info_.metrics.size()) {}

net::Loop& ModuleContext::loop() const { return home_.loop(); }
Lsn ModuleContext::committed() const { return home_.commits().committed(); }
void ModuleContext::when_committed(Lsn lsn, std::function<void()> work) const {
  home_.commits().when_committed(lsn, std::move(work));
}
std::vector<const ModuleInfo*> ModuleContext::modules(const Host& host) const { return home_.modules().infos(host); }

bool ModuleContext::is_served(const Host& host) const { return home_.hooks().find_service(host) != nullptr; }

Module& ModuleContext::find_needed(std::string_view name) const {
  assert(std::find(info_.needs.begin(), info_.needs.end(), name) != info_.needs.end());
  Module* module = home_.modules().find(name);
  assert(module && "a module stands before those that need it in app/modules.cc");
  return *module;
}

int64_t ModuleContext::find_option(const Host& host, std::string_view name) const {
  const auto found =
      std::find_if(info_.options.begin(), info_.options.end(), [&](const auto& each) { return each.name == name; });
  assert(found != info_.options.end());
  const size_t place = first_option_ + static_cast<size_t>(found - info_.options.begin());
  return host.options && place < host.options->size() ? (*host.options)[place] : found->standard;
}

std::function<int64_t()>& ModuleContext::find_metric(std::string_view name, MetricInfo::Kind kind) {
  const auto found =
      std::find_if(info_.metrics.begin(), info_.metrics.end(), [&](const auto& each) { return each.name == name; });
  assert(found != info_.metrics.end() && found->kind == kind);
  (void)kind;
  return metrics_[static_cast<size_t>(found - info_.metrics.begin())];
}

int64_t& ModuleContext::count_as(std::string_view counter) {
  int64_t& count = counters_.emplace_back(0);
  find_metric(counter, MetricInfo::Kind::counter) = [&count] { return count; };
  return count;
}

void ModuleContext::measure(std::string_view gauge, std::function<int64_t()> read) {
  find_metric(gauge, MetricInfo::Kind::gauge) = std::move(read);
}

void ModuleContext::route(Stanza&& stanza, TicketPtr ticket) const {
  home_.router().route(std::move(stanza), std::move(ticket));
}
void ModuleContext::route_for(Resident& resident, Stanza stanza, TicketPtr ticket) const {
  home_.router().route_for(resident, std::move(stanza), std::move(ticket));
}
void ModuleContext::send_as(Resident& resident, Stanza stanza, TicketPtr ticket) const {
  home_.router().send_as(resident, std::move(stanza), ticket);
}
void ModuleContext::reply(const Stanza& request, std::string payload, TicketPtr ticket) const {
  home_.router().reply(request, std::move(payload), std::move(ticket));
}
void ModuleContext::reply_when(Lsn lsn, const IqRequest& request, std::string payload) const {
  Stanza done = Stanza::make_reply(request.stanza, StanzaType::result, std::move(payload));
  if (request.session) return request.session->deliver(std::move(done), lsn);
  when_committed(lsn, [this, done = std::move(done)]() mutable { route(std::move(done)); });
}
void ModuleContext::reply_error(const Stanza& request, const Error& error) const {
  home_.router().reply_error(request, error);
}
void ModuleContext::refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error) const {
  home_.router().refuse(stanza, ticket, error);
}
void ModuleContext::lead_to_account(Jid& address) const { home_.router().lead_to_account(address); }
void ModuleContext::lead_to_account(BareJid& address) const { home_.router().lead_to_account(address); }

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
  Resident* resident = home_.residents().find(bare_jid);
  return resident && resident->tenant().id == tenant.id ? resident : nullptr;
}
const std::vector<Resident*>& ModuleContext::residents_of(TenantId tenant) const {
  return home_.residents().of(tenant);
}
void ModuleContext::with_account(const BareJid& jid, std::function<void(Result<Resident*>)> work) const {
  home_.residents().with(jid, std::move(work));
}
void ModuleContext::end_session(Session& session, std::string_view condition, std::string_view text) const {
  home_.sessions().close(session, condition, text);
}
Session* ModuleContext::find_session(uint64_t number) const { return home_.sessions().find(number); }
bool ModuleContext::is_home_of(std::string_view bare_jid) const {
  return shared().homes.place_of(bare_jid) == home_.place();
}

void ModuleContext::tell_gone(const BareJid& contact, const BareJid& gone, const RemovalPtr& removal) const {
  shared().homes.send(shared().homes.place_of(contact.str()), ContactGone{contact, gone, removal});
}

bool ModuleContext::may_have(Resident& resident, Stanza& stanza) const {
  const TicketPtr nobody_waits;
  Inbound inbound{resident, stanza, nobody_waits, true};
  return home_.hooks().run(InboundPhase::guard, inbound) == Flow::go_on;
}

bool ModuleContext::may_say(Resident& resident, Stanza& stanza) const {
  const TicketPtr nobody_waits;
  Outbound outbound{resident, nullptr, stanza, nobody_waits};
  return home_.hooks().run(OutboundPhase::guard, outbound) == Flow::go_on;
}

void ModuleContext::tell_visibility(Resident& resident, const Jid& to, bool is_visible) const {
  home_.hooks().visibility_changed.call_at(*resident.host(), resident, to, is_visible);
}

void ModuleContext::tell_available(Session& session, bool initial) const {
  home_.hooks().session_available.call_at(*session.resident().host(), session, initial);
}

void ModuleContext::tell_retracted(const RetractedMessage& message) const {
  home_.hooks().message_retracted.call_at(*message.host, message);
}

void ModuleContext::tell_role(const HostPtr& host, const BareJid& room, const FullJid& session,
                              const char* role) const {
  home_.hooks().role_changed.call_at(*host, host, room, session, role);
}

void ModuleContext::end_device_sessions(const BareJid& account, std::string_view device) const {
  teahouse::end_device_sessions(home_, account, device);
}
void ModuleContext::end_certificate_sessions(const BareJid& account, uint64_t certificate) const {
  teahouse::end_certificate_sessions(home_, account, certificate);
}

Task<Result<void>> ModuleContext::change_password(TenantPtr tenant, std::string localpart, std::string password,
                                                  std::string asking) const {
  return teahouse::change_password(shared(), home_.loop(), std::move(tenant), std::move(localpart), std::move(password),
                                   std::move(asking));
}

Task<Result<bool>> ModuleContext::switch_account(TenantPtr tenant, std::string localpart, bool disabled) const {
  return teahouse::switch_account(shared(), home_.loop(), std::move(tenant), std::move(localpart), disabled);
}

Task<Result<void>> ModuleContext::finish_account_removal(TenantPtr tenant, AccountRemovalPtr removal) const {
  return teahouse::finish_account_removal(shared(), home_.loop(), std::move(tenant), std::move(removal));
}

void ModuleContext::on_outbound(OutboundPhase phase, StanzaKind kind, Hooks::OutboundHook hook) {
  hooked_.push_back(hooks().on_outbound(phase, kind, std::move(hook), bit_));
}
void ModuleContext::on_inbound(InboundPhase phase, StanzaKind kind, Hooks::InboundHook hook) {
  hooked_.push_back(hooks().on_inbound(phase, kind, std::move(hook), bit_));
}
void ModuleContext::on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns,
                          Hooks::IqHandler handler) {
  hooked_.push_back(hooks().on_iq(target, type, name, ns, std::move(handler), bit_));
}
void ModuleContext::on_own_iq(StanzaType type, std::string_view name, std::string_view ns,
                              const Hooks::IqHandler& handler) {
  on_iq(IqTarget::own_account, type, name, ns, handler);
  on_iq(IqTarget::in_its_name, type, name, ns, handler);
}
void ModuleContext::on_nonza(std::string_view name, std::string_view ns, Hooks::SessionHook handler) {
  hooked_.push_back(hooks().on_nonza(name, ns, std::move(handler), bit_));
}
void ModuleContext::on_bind_feature(std::string_view name, std::string_view ns, Hooks::SessionHook handler) {
  hooked_.push_back(hooks().on_bind_feature(name, ns, std::move(handler), bit_));
}
void ModuleContext::on_service(HostKind kind, Hooks::ServiceHandler handler) {
  hooked_.push_back(hooks().on_service(kind, std::move(handler), bit_));
}

void ModuleContext::on_http(HttpRoute route) {
  auto handle = [this, handle = std::move(route.handle)](http::Request request, http::Responder responder) {
    const HostPtr host = home_.find_http_host(request.host);
    if (!host || !is_at(*host)) return responder.send(http::make_nothing_here(request));
    handle(host, std::move(request), std::move(responder));
  };
  if (!route.also_below.empty()) {
    auto at_any = [handle, kind = route.kind, this](http::Request request, http::Responder responder) {
      request.host = request.capture("host");
      const HostPtr host = home_.find_http_host(request.host);
      if (!host || host->kind != kind) return responder.send(http::make_nothing_here(request));
      handle(std::move(request), std::move(responder));
    };
    std::string pattern = std::string(route.also_below).append("/{host}").append(route.pattern);
    add_route({route.method, std::move(pattern), std::move(at_any), route.body});
  }
  add_route({std::move(route.method),
             std::move(route.pattern),
             std::move(handle),
             route.body,
             {},
             std::string(to_string(route.kind))});
}

void ModuleContext::add_route(http::Route route) {
  http::Router& routes = home_.http_routes();
  const http::Route& added = routes.add(std::move(route));
  hooked_.push_back(Hooked([&routes, &added] { routes.remove(added); }));
}

Hooks& ModuleContext::hooks() { return home_.hooks(); }

void ModuleContext::detach() {
  hooked_.clear();
  home_.residents().for_each([this](Resident& resident) {
    for (const size_t number : on_residents_) resident.attached.clear(number);
    for (const auto& session : resident.sessions()) {
      for (const size_t number : on_sessions_) session->attached.clear(number);
    }
  });
}

}  // namespace teahouse
