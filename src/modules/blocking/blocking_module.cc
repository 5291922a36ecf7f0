#include "modules/blocking/blocking_module.h"

#include <map>

#include "base/random.h"
#include "modules/blocking/report.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

std::string make_change(std::string_view verb, const std::vector<Jid>& items) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open(verb, ns::blocking);
  for (const Jid& item : items) writer.open("item").attribute("jid", item.str()).close();
  writer.close();
  return payload;
}

// By address; of those that are blocked.
std::map<std::string, Report> read_reports(const xml::Element& change) {
  std::map<std::string, Report> reports;
  change.for_each_child([&](const xml::Element& child) {
    const auto jid = Jid::parse(child.attribute("jid").value_or(""));
    auto report = jid && child.is("item", ns::blocking) ? read_report(child) : std::nullopt;
    if (report) reports.emplace(jid->str(), std::move(*report));
  });
  return reports;
}

Result<std::vector<Jid>> parse_items(const ModuleContext& context, const xml::Element& change) {
  std::vector<Jid> items;
  std::optional<Error> fault;
  change.for_each_child([&](const xml::Element& child) {
    if (!child.is("item", ns::blocking) || fault) return;
    auto jid = Jid::parse(child.attribute("jid").value_or(""));
    if (!jid) {
      fault = Error{ErrorKind::jid_malformed, "The item's jid: " + jid.error().text};
    } else if (items.size() == Blocklist::items_max) {
      fault = Error{ErrorKind::resource_constraint, "A request changes at most 1000 addresses."};
    } else {
      context.lead_to_account(*jid);
      items.push_back(std::move(*jid));
    }
  });
  if (fault) return *fault;
  return items;
}

// Of a room's invitation: the one who invites.
std::optional<Jid> find_inviter(const Stanza& message) {
  const auto x = message.child("x", ns::muc_user);
  const auto invite = x ? x->child("invite", ns::muc_user) : std::nullopt;
  const auto jid = Jid::parse(invite ? invite->attribute("from").value_or("") : "");
  return jid ? std::optional(*jid) : std::nullopt;
}

}  // namespace

const ModuleInfo& BlockingModule::info() const {
  static const ModuleInfo info{
      .name = "blocking",
      .summary = "Whom an account hears nothing from, and who learns nothing of it.",
      .xeps = {{191, "1.3", "Blocking Command", "messages that came before stay in the archive"},
               {377, "0.4.1", "Spam Reporting", "reports are for the site; they are passed on to nobody"}},
      .host_features = {ns::blocking, ns::reporting},
      .archives = {{reports_archive, &PlanLimits::archive_bytes, &PlanLimits::archive_days}},
      .options = {OptionInfo::number("addresses", Blocklist::items_max, 10, Blocklist::items_max, "addresses",
                                     "How many addresses an account may block.")},
      .metrics = {{"stanzas", MetricInfo::Kind::counter, "Stanzas that were blocked, on their way out or in."}},
      .is_optional = true};
  return info;
}

void BlockingModule::attach(ModuleContext& context) {
  context_ = &context;
  blocked_ = &context.count_as("stanzas");
  lists_.emplace(context.attach_to_residents<Blocklist>());
  readers_.emplace(context.attach_to_sessions<Reader>());
  context.on(&Hooks::session_parking, [this](Session& session, SessionNotes& notes) {
    if (readers_->of(session).has_list) notes["blocking"] = "has-list";
  });
  context.on(&Hooks::session_woken, [this](Session& session, const SessionNotes& notes) {
    if (notes.contains("blocking")) readers_->of(session).has_list = true;
  });
  for (const StanzaKind kind : {StanzaKind::message, StanzaKind::presence, StanzaKind::iq}) {
    context.on_outbound(OutboundPhase::guard, kind, [this](Outbound& outbound) { return count(guard(outbound)); });
    context.on_inbound(InboundPhase::guard, kind, [this](Inbound& inbound) { return count(guard(inbound)); });
  }
  const auto on = [&](StanzaType type, const char* name, void (BlockingModule::*handle)(const IqRequest&)) {
    context.on_own_iq(type, name, ns::blocking, [this, handle](const IqRequest& iq) { (this->*handle)(iq); });
  };
  on(StanzaType::get, "blocklist", &BlockingModule::list);
  on(StanzaType::set, "block", &BlockingModule::block);
  on(StanzaType::set, "unblock", &BlockingModule::unblock);
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    context_->map(*host->tenant, "blocking").remove_all(jid.str());
  });
}

Task<Result<void>> BlockingModule::load(BlockingModule& self, Resident& resident) {
  const auto entries = co_await self.store(resident).load(self.context_->loop(), resident.jid().str());
  if (!entries) co_return entries.error();
  for (const auto& entry : *entries) {
    if (const auto jid = Jid::parse(entry.name)) self.lists_->of(resident).add(*jid);
  }
  co_return Result<void>();
}

bool BlockingModule::is_blocked(Resident& resident, const Jid& address) const {
  const Blocklist* list = lists_->find(resident);
  return list && list->matches(address) && address.bare_view() != resident.jid().str();
}

// Section 3.3. Presence that the server sends in the account's name ends in silence; the API is told by the ticket.
Flow BlockingModule::guard(const Outbound& outbound) {
  const Stanza& stanza = outbound.stanza;
  if (!stanza.to || !is_blocked(outbound.resident, *stanza.to)) return Flow::go_on;
  if (stanza.to->str() == outbound.resident.host()->domain)
    return Flow::go_on;  // its own server, for all that it needs
  if (stanza.kind == StanzaKind::presence && !outbound.session) return Flow::stop;
  if (stanza.type == StanzaType::error || stanza.type == StanzaType::result) return Flow::stop;
  const Error error{ErrorKind::not_acceptable, "You have blocked this address. Unblock it before you write to it."};
  if (outbound.ticket) outbound.ticket->refuse(error);
  if (outbound.session) {  // not by a route, on which it would be from a blocked address
    std::string blocked;
    xml::Writer(blocked).open("blocked", ns::blocking_errors).close();
    outbound.session->deliver(make_error(stanza, error, ErrorType::cancel, blocked));
  }
  return Flow::stop;
}

// The account looks as if it were away. A room, which would put its occupant out, gets no error.
Flow BlockingModule::guard(const Inbound& inbound) {
  const Stanza& stanza = inbound.stanza;
  const Blocklist* list = lists_->find(inbound.resident);
  if (!list || list->items().empty() || !stanza.from) return Flow::go_on;
  const bool is_message = stanza.kind == StanzaKind::message;
  const auto inviter = is_message ? find_inviter(stanza) : std::nullopt;
  if (inviter && is_blocked(inbound.resident, *inviter)) return Flow::stop;
  if (!is_blocked(inbound.resident, *stanza.from)) return Flow::go_on;
  if (!is_message && stanza.from->str() == inbound.resident.host()->domain) return Flow::go_on;  // its server's answers
  const bool is_of_room = is_message && context_->kind_of(stanza.from->domainpart()) == HostKind::rooms;
  if (!inbound.is_late && !is_of_room && stanza.type != StanzaType::groupchat) {
    if (inbound.ticket) {  // first, so that it is what their site is told: to send it again is no use
      inbound.ticket->refuse({ErrorKind::forbidden, "The user in `to` has blocked the sender (XEP-0191)."});
    }
    context_->refuse(stanza, inbound.ticket, {ErrorKind::service_unavailable, ""});
  }
  return Flow::stop;
}

void BlockingModule::list(const IqRequest& request) {
  if (request.session) readers_->of(*request.session).has_list = true;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("blocklist", ns::blocking);
  for (const std::string& item : lists_->of(*request.resident).items()) {
    writer.open("item").attribute("jid", item).close();
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void BlockingModule::block(const IqRequest& request) {
  const auto items = parse_items(*context_, request.query);
  if (!items) return context_->reply_error(request.stanza, items.error());
  if (items->empty()) {
    return context_->reply_error(request.stanza, {ErrorKind::bad_request, "Say whom to block: at least one item."});
  }
  if (const auto may = context_->disk().check_addition(); !may) {
    return context_->reply_error(request.stanza, may.error());
  }
  Resident& resident = *request.resident;
  Blocklist& list = lists_->of(resident);
  const auto is_new = [&](const Jid& item) { return !list.items().contains(item.str()); };
  const auto added = std::count_if(items->begin(), items->end(), is_new);
  const auto items_max = context_->option<size_t>(*resident.host(), "addresses");
  if (list.items().size() + static_cast<size_t>(added) > items_max) {
    return context_->reply_error(
        request.stanza,
        {ErrorKind::resource_constraint, "A blocklist holds at most " + std::to_string(items_max) + " addresses."});
  }
  Lsn lsn = Lsn::none;
  const auto reports = read_reports(request.query);
  for (const Jid& item : *items) {
    if (const auto report = reports.find(item.str()); report != reports.end()) keep(resident, item, report->second);
    if (!is_new(item)) continue;
    context_->tell_visibility(resident, item, false);  // while it may still pass
    list.add(item);
    lsn = store(resident).store(resident.jid().str(), item.str(), {});
  }
  finish(request, "block", *items, lsn);
}

// Also where the archive is full: else those who fill it could not be reported.
void BlockingModule::keep(const Resident& resident, const Jid& address, const Report& report) {
  const Tenant& tenant = resident.tenant();
  const int64_t now_ms = context_->clock().monotonic_ms();
  if (reporters_.take_ms(resident.jid().str(), now_ms, TokenRate::per_hour_of(reports_per_h, reports_per_h)) > 0)
    return;
  const store::ArchiveRow row = make_report_row(context_->make_arrival(), resident.jid(), address, report);
  const store::ArchiveStore archive = context_->archive(tenant, reports_archive);
  const auto append = [&](const store::Companion* event) { return archive.append(tenant.domain(), row, event); };
  context_->record(tenant, UserReported{address.str(), resident.jid().str(), report.reason}, append);
  tenant.meter->archive_bytes.fetch_add(static_cast<int64_t>(row.bytes.size()), std::memory_order_relaxed);
}

void BlockingModule::unblock(const IqRequest& request) {
  auto items = parse_items(*context_, request.query);
  if (!items) return context_->reply_error(request.stanza, items.error());
  if (const auto may = context_->disk().check_removal(); !may) {
    return context_->reply_error(request.stanza, may.error());
  }
  Resident& resident = *request.resident;
  Blocklist& list = lists_->of(resident);
  std::vector<Jid> removed;
  if (items->empty()) {  // section 3.5: all of them
    for (const std::string& item : list.items()) removed.push_back(*Jid::parse(item));
  } else {
    removed = *items;
  }
  std::erase_if(removed, [&](const Jid& item) { return !list.remove(item); });
  Lsn lsn = Lsn::none;
  for (const Jid& item : removed) lsn = store(resident).remove(resident.jid().str(), item.str());
  for (const Jid& item : removed) context_->tell_visibility(resident, item, true);
  finish(request, "unblock", *items, lsn);
}

void BlockingModule::finish(const IqRequest& request, std::string_view verb, const std::vector<Jid>& items, Lsn lsn) {
  await(request.ticket, lsn);
  context_->reply_when(lsn, request);
  const Stanza push = Stanza::make(StanzaKind::iq, StanzaType::set, make_change(verb, items));
  for (const auto& session : request.resident->sessions()) {
    const Reader* reader = readers_->find(*session);
    if (!reader || !reader->has_list) continue;
    Stanza one = push;
    one.id = "push-" + random_token(10);
    one.to = session->jid();
    session->deliver(std::move(one), lsn);
  }
}

}  // namespace teahouse
