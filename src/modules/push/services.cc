#include "modules/push/services.h"

namespace teahouse::push {

void Services::attach(ModuleContext& context, Counts counts) {
  context_ = &context;
  counts_ = counts;
  roster_ = &context.need<RosterModule>("roster");
  states_.emplace(context.attach_to_residents<State>());
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on_inbound(InboundPhase::guard, StanzaKind::message,
                     [this](Inbound& inbound) { return take_message(inbound); });
  context.on_inbound(InboundPhase::handle, StanzaKind::iq, [this](Inbound& inbound) { return take_answer(inbound); });
  context.on_iq(IqTarget::own_account, StanzaType::set, "enable", services_ns,
                [this](const IqRequest& iq) { enable(iq); });
  context.on_iq(IqTarget::own_account, StanzaType::set, "disable", services_ns,
                [this](const IqRequest& iq) { disable(iq); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { tenants_.erase(tenant->id); });
}

Task<Result<void>> Services::load(Services& self, Resident& resident) {
  const auto rows = co_await self.store(resident.tenant()).load(self.context_->loop(), resident.jid().str());
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto service = read_service(row.name, row.value);
    if (!service) continue;
    const auto trouble = self.troubles_.find(resident.jid().str() + ' ' + service->id);
    const Trouble known = trouble == self.troubles_.end() ? Trouble() : trouble->second;
    self.states_->of(resident).lines.push_back({std::move(*service), known});
  }
  if (!rows->empty()) self.tenants_.insert(resident.tenant().id);
  co_return Result<void>();
}

bool Services::has_any(Resident& resident) const {
  const State* state = states_->find(resident);
  return state && !state->lines.empty();
}

Services::Line* Services::find(Resident& resident, const std::string& id) const {
  State* state = states_->find(resident);
  if (!state) return nullptr;
  const auto found = std::ranges::find_if(state->lines, [&id](const Line& line) { return line.service.id == id; });
  return found == state->lines.end() ? nullptr : &*found;
}

PushDevice Services::show(const Line& line) {
  const char* result = line.last_ms == 0 ? "" : line.was_taken ? "accepted" : "failed";
  return {line.service.id, {}, line.service.jid.str(), line.service.shows_text, line.service.created_ms, line.last_ms,
          result,          0};
}

std::vector<PushDevice> Services::list(Resident& resident) const {
  std::vector<PushDevice> shown;
  const State* state = states_->find(resident);
  if (!state) return shown;
  for (const Line& line : state->lines) shown.push_back(show(line));
  return shown;
}

std::optional<Services::Changed> Services::change(Resident& resident, const Jid& service, bool shows_text) {
  std::optional<Changed> changed;
  State* state = states_->find(resident);
  if (!state) return changed;
  for (Line& line : state->lines) {
    if (line.service.jid != service) continue;
    line.service.shows_text = shows_text;
    const std::string row = write_service(line.service);
    const Lsn stored = store(resident.tenant()).store(resident.jid().str(), line.service.id, row);
    changed = Changed{show(line), stored};
  }
  return changed;
}

std::optional<Lsn> Services::remove(Resident& resident, const std::string& id) {
  if (!find(resident, id)) return std::nullopt;
  std::erase_if(states_->of(resident).lines, [&id](const Line& line) { return line.service.id == id; });
  return store(resident.tenant()).remove(resident.jid().str(), id);
}

void Services::enable(const IqRequest& request) {
  Resident& resident = *request.resident;
  auto service = read_enable(request.query, context_->clock().wall_ms());
  if (service && service->jid.bare_view() == resident.jid().str()) {
    service = Error{ErrorKind::bad_request, "An account is no push service of its own."};
  }
  auto kept = service ? keep(resident, std::move(*service)) : Result<Lsn>(service.error());
  if (!kept) return context_->refuse(request.stanza, request.ticket, kept.error());
  await(request.ticket, *kept);
  request.session->deliver(Stanza::make_reply(request.stanza, StanzaType::result, {}), *kept);
}

// An app enables its service at each login: what is known and fresh is not written again.
Result<Lsn> Services::keep(Resident& resident, Service service) {
  const auto rows = store(resident.tenant());
  const std::string& account = resident.jid().str();
  auto& lines = states_->of(resident).lines;
  if (Line* known = find(resident, service.id)) {
    const bool is_same = known->service.options == service.options;
    if (is_same && service.created_ms - known->service.created_ms < fresh_ms) return Lsn::none;
    if (const auto may = context_->disk().check_addition(); !may) return may.error();
    service.shows_text = known->service.shows_text;
    known->service = std::move(service);
    note_trouble(resident, *known, {});  // it may be right now
    return rows.store(account, known->service.id, write_service(known->service));
  }
  if (const auto may = context_->disk().check_addition(); !may) return may.error();
  while (lines.size() >= context_->option<size_t>(*resident.host(), "services")) {
    const auto oldest = std::ranges::min_element(
        lines, [](const Line& a, const Line& b) { return a.service.created_ms < b.service.created_ms; });
    rows.remove(account, oldest->service.id);
    lines.erase(oldest);
  }
  const Lsn stored = rows.store(account, service.id, write_service(service));
  lines.push_back({std::move(service)});
  tenants_.insert(resident.tenant().id);
  return stored;
}

void Services::disable(const IqRequest& request) {
  const auto which = read_disable(request.query);
  auto removed = which ? disable_all(*request.resident, *which) : Result<Lsn>(which.error());
  if (!removed) return context_->refuse(request.stanza, request.ticket, removed.error());
  await(request.ticket, *removed);
  request.session->deliver(Stanza::make_reply(request.stanza, StanzaType::result, {}), *removed);
}

// A service that is not enabled is disabled already.
Result<Lsn> Services::disable_all(Resident& resident, const Disabled& which) {
  State* state = states_->find(resident);
  if (!state) return Lsn::none;
  if (const auto may = context_->disk().check_removal(); !may) return may.error();
  Lsn removed = Lsn::none;
  std::erase_if(state->lines, [&](const Line& line) {
    if (!which.is(line.service)) return false;
    removed = store(resident.tenant()).remove(resident.jid().str(), line.service.id);
    return true;
  });
  return removed;
}

// Section 8. The account's clients are not shown it: they have asked for nothing of the kind.
Flow Services::take_message(const Inbound& inbound) {
  const State* state = states_->find(inbound.resident);
  if (!state || state->lines.empty()) return Flow::go_on;
  const auto ended = read_affiliation_end(inbound.stanza, inbound.resident.jid().str());
  if (!ended) return Flow::go_on;
  const auto is_it = [&](const Line& line) { return ended->is(line.service); };
  if (std::ranges::none_of(state->lines, is_it)) return Flow::go_on;
  ++*counts_.gone;
  (void)disable_all(inbound.resident, *ended);  // else it tells so again when something is published
  return Flow::stop;
}

}  // namespace teahouse::push
