#include "modules/last_activity/last_activity_module.h"

#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t last_status_bytes_max = 1024;
constexpr char entry[] = "last";

std::string make_answer(int64_t seconds, std::string_view status) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::last_activity).attribute("seconds", std::to_string(std::max<int64_t>(0, seconds)));
  if (!status.empty()) writer.text(status);
  writer.close();
  return payload;
}

// Is a session available, other than this one?
bool is_here(const Resident& resident, const Session* but) {
  const auto& sessions = resident.sessions();
  return std::any_of(sessions.begin(), sessions.end(),
                     [&](const auto& each) { return each.get() != but && each->is_available(); });
}

bool asks(const Stanza& iq) {
  const auto query = iq.type == StanzaType::get ? iq.first_child() : std::nullopt;
  return query && query->is("query", ns::last_activity);
}

}  // namespace

const ModuleInfo& LastActivityModule::info() const {
  static const ModuleInfo info{
      .name = "last_activity",
      .summary = "Since when a user is away, and since when the server runs.",
      .xeps = {{12, "2.0", "Last Activity",
                "rooms do not tell; a stranger who asks a resource gets service-unavailable, as where there is none"}},
      .host_features = {ns::last_activity},
      .account_features = {ns::last_activity},
      .needs = {"roster"},
      .is_optional = true};
  return info;
}

void LastActivityModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  started_ms_ = context.clock().monotonic_ms();
  last_.emplace(context.attach_to_residents<Last>());
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on(&Hooks::session_closing, [this](Session& session) { note_end(session); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
  context.on_outbound(OutboundPhase::archive, StanzaKind::presence, [this](Outbound& outbound) {
    note_status(outbound);
    return Flow::go_on;
  });
  context.on_inbound(InboundPhase::guard, StanzaKind::iq, [this](Inbound& inbound) { return guard(inbound); });
  const auto on = [&](IqTarget target, Hooks::IqHandler handler) {
    context.on_iq(target, StanzaType::get, "query", ns::last_activity, std::move(handler));
  };
  on(IqTarget::host, [this](const IqRequest& iq) { answer_host(iq); });
  on(IqTarget::account, [this](const IqRequest& iq) { answer_account(iq); });
  on(IqTarget::nobody, [this](const IqRequest& iq) { forbid(iq.stanza, iq.ticket); });
}

Task<Result<void>> LastActivityModule::load(LastActivityModule& self, Resident& resident) {
  const auto row =
      co_await self.store(resident.tenant()).load_entry(self.context_->loop(), resident.jid().str(), entry);
  if (!row) co_return row.error();
  if (!*row) co_return Result<void>();
  const std::string_view text = **row;
  const size_t space = std::min(text.find(' '), text.size());
  Last& last = self.last_->of(resident);
  last.at_ms = xml::parse_integer(text.substr(0, space)).value_or(0);
  if (space < text.size()) last.status = text.substr(space + 1);
  co_return Result<void>();
}

void LastActivityModule::note_status(const Outbound& outbound) {
  const Stanza& presence = outbound.stanza;
  if (presence.to || !outbound.session) return;
  if (presence.type != StanzaType::unavailable && presence.type != StanzaType::none) return;
  std::string status;
  if (presence.type == StanzaType::unavailable) status = presence.root().child_text("status", ns::client);
  if (status.size() > last_status_bytes_max) status.clear();
  Last& last = last_->of(outbound.resident);
  last.status = std::move(status);
  if (presence.type == StanzaType::none) last.is_here = true;
  if (presence.type == StanzaType::unavailable) note_end(*outbound.session);
}

// The last of its sessions that was available is not any more.
void LastActivityModule::note_end(const Session& session) {
  Resident& resident = session.resident();
  Last& last = last_->of(resident);
  if (is_here(resident, &session) || !std::exchange(last.is_here, false)) return;
  last.at_ms = context_->clock().wall_ms();
  store(resident.tenant()).store(resident.jid().str(), entry, std::to_string(last.at_ms) + " " + last.status);
}

bool LastActivityModule::may_see(Resident& resident, const Jid& asking) const {
  if (asking.bare_view() == resident.jid().str()) return true;
  const RosterItem* item = roster_->of(resident).find(asking.bare());
  return item && item->subscription.from;
}

// Section 4: for one of the account's resources. The error is that of a resource that is not there, so that nobody
// learns by it who has an account.
Flow LastActivityModule::guard(const Inbound& inbound) {
  const Stanza& iq = inbound.stanza;
  if (!iq.to->is_full() || !asks(iq) || may_see(inbound.resident, *iq.from)) return Flow::go_on;
  context_->refuse(iq, inbound.ticket, {ErrorKind::service_unavailable, ""});
  return Flow::stop;
}

void LastActivityModule::answer_account(const IqRequest& request) {
  Resident& resident = *request.resident;
  if (!may_see(resident, *request.stanza.from)) return forbid(request.stanza, request.ticket);
  if (is_here(resident, nullptr)) return context_->reply(request.stanza, make_answer(0, {}));
  const Last& last = last_->of(resident);
  if (last.at_ms == 0) {
    return context_->reply_error(request.stanza, {ErrorKind::item_not_found, "This user has not been here yet."});
  }
  context_->reply(request.stanza, make_answer((context_->clock().wall_ms() - last.at_ms) / 1000, last.status));
}

void LastActivityModule::answer_host(const IqRequest& request) {
  context_->reply(request.stanza, make_answer((context_->clock().monotonic_ms() - started_ms_) / 1000, {}));
}

void LastActivityModule::forbid(const Stanza& request, const TicketPtr& ticket) {
  context_->refuse(request, ticket, {ErrorKind::forbidden, "Its presence is not shown to you."});
}

}  // namespace teahouse
