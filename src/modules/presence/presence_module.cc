#include "modules/presence/presence_module.h"

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t directed_max = 1000;

bool is_subscription(StanzaType type) {
  return type == StanzaType::subscribe || type == StanzaType::subscribed || type == StanzaType::unsubscribe ||
         type == StanzaType::unsubscribed;
}

}  // namespace

Stanza PresenceModule::make(const Jid& from, const Jid& to, StanzaType type) {
  Stanza presence = Stanza::make(StanzaKind::presence, type, {});
  presence.from = from;
  presence.to = to;
  return presence;
}

const ModuleInfo& PresenceModule::info() const {
  static const ModuleInfo info{.name = "presence",
                               .summary = "Presence and its subscriptions (RFC 6121 sections 3 and 4).",
                               .stream_features = {{StreamFeature::Time::after_login, "sub", ns::pre_approval}},
                               .needs = {"roster"}};
  return info;
}

void PresenceModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  directed_.emplace(context.attach_to_sessions<Directed>());
  context.on_outbound(OutboundPhase::handle, StanzaKind::presence, [this](Outbound& out) { return outbound(out); });
  context.on_inbound(InboundPhase::handle, StanzaKind::presence, [this](Inbound& in) { return inbound(in); });
  context.on(&Hooks::session_parking, [this](Session& session, SessionNotes& notes) { park(session, notes); });
  context.on(&Hooks::session_woken, [this](Session& session, const SessionNotes& notes) { wake(session, notes); });
  context.on(&Hooks::session_resumed, [this](Session& session) { come_back(session); });
  context.on(&Hooks::session_closing, [this](Session& session) { closing(session); });
  // Section 4.3.2: a contact that asks for the presence of an account that is gone has no subscription to it any more.
  context.on(&Hooks::at_nobody, [this](const HostPtr&, const Stanza& stanza, const TicketPtr& ticket) {
    if (stanza.type == StanzaType::probe)
      context_->route(make(stanza.to->bare(), stanza.from->bare(), StanzaType::unsubscribed), ticket);
    return Flow::go_on;
  });
  context.on(&Hooks::visibility_changed, [this](Resident& resident, const Jid& address, bool is_visible) {
    visibility_changed(resident, address, is_visible);
  });
  context.on(&Hooks::contact_gone, [this](Resident& resident, const BareJid& contact, const RemovalPtr& removal) {
    contact_gone(resident, contact, removal);
  });
  roster_->on_removed = [this](Resident& resident, const BareJid& contact, const Subscription& was) {
    item_removed(resident, contact, was);
  };
}

void PresenceModule::detach() { roster_->on_removed = nullptr; }

Flow PresenceModule::outbound(Outbound& outbound) {
  Stanza& presence = outbound.stanza;
  if (presence.type == StanzaType::error || !outbound.session) return Flow::go_on;
  if (presence.type == StanzaType::probe) return Flow::stop;  // servers probe, not clients (section 4.3)
  if (is_subscription(presence.type)) {
    if (presence.to) subscription_outbound(outbound);
  } else if (presence.to) {
    return directed(*outbound.session, presence);
  } else if (presence.type == StanzaType::unavailable) {
    unavailable(*outbound.session, presence);
  } else {
    available(*outbound.session, presence);
  }
  return Flow::stop;
}

void PresenceModule::available(Session& session, Stanza presence) {
  const bool initial = !session.is_available();
  session.set_presence(presence);
  broadcast(session, presence);
  if (initial) {
    ask_others(session);
    show_requests(session);
  }
  context_->tell_available(session, initial);
}

// Section 4.2.2: what the contacts and our other resources have to say.
void PresenceModule::ask_others(Session& session) {
  Resident& resident = session.resident();
  for (const auto& [jid, item] : roster_->of(resident).items()) {
    if (!item.subscription.to) continue;
    context_->route_for(resident, make(session.jid(), item.jid, StanzaType::probe));
  }
  for (const auto& other : resident.sessions()) {
    if (other.get() == &session || !other->is_available()) continue;
    Stanza theirs = make_shown(*other);
    theirs.to = session.jid();
    session.deliver(std::move(theirs));
  }
}

// No address has a line's end.
void PresenceModule::park(Session& session, SessionNotes& notes) {
  std::string lines;
  for (const Jid& to : directed_->of(session).to) lines.append(to.str()).append("\n");
  if (!lines.empty()) notes["directed"] = std::move(lines);
}

void PresenceModule::wake(Session& session, const SessionNotes& notes) {
  const auto found = notes.find("directed");
  std::string_view lines = found == notes.end() ? std::string_view() : found->second;
  for (size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    if (auto to = Jid::parse(lines.substr(0, end))) directed_->of(session).to.insert(std::move(*to));
    lines.remove_prefix(end + 1);
  }
}

// After a restart of the server its presence is told and asked for anew: contacts may have gone with it, and the
// followers that were known in memory have (XEP-0163).
void PresenceModule::come_back(Session& session) {
  if (!std::exchange(session.is_woken, false) || !session.is_available()) return;
  broadcast(session, *session.presence());
  ask_others(session);
  context_->tell_available(session, false);
}

void PresenceModule::unavailable(Session& session, Stanza presence) {
  if (session.is_available()) {
    broadcast(session, presence);
    session.set_presence(std::nullopt);
  }
  // Section 4.6.3: those who had directed presence hear it too.
  auto& directed = directed_->of(session).to;
  for (const Jid& to : std::exchange(directed, {})) {
    Stanza copy = presence;
    copy.from = session.jid();
    copy.to = to;
    context_->route_for(session.resident(), std::move(copy));
  }
}

Flow PresenceModule::directed(Session& session, Stanza& presence) {
  Resident& resident = session.resident();
  const RosterItem* item = roster_->of(resident).find(presence.to->bare());
  const bool is_seen = (item && item->subscription.from) || presence.to->bare_view() == resident.jid().str();
  auto& directed = directed_->of(session).to;
  if (presence.type == StanzaType::unavailable) {
    directed.erase(*presence.to);
  } else if (!(item && item->subscription.from && session.is_available())) {
    // Whom we cannot tell that it goes must not hear that it is there.
    if (directed.size() >= directed_max && !directed.contains(*presence.to)) {
      context_->reply_error(presence, {ErrorKind::resource_constraint,
                                       "A session sends presence to at most " + std::to_string(directed_max) +
                                           " addresses that have no subscription. Send unavailable presence to some."});
      return Flow::stop;
    }
    directed.insert(*presence.to);
  }
  if (on_sent && presence.type == StanzaType::none) {
    on_sent(resident, presence, is_seen ? Sight::subscribed : Sight::directed);
  }
  return Flow::go_on;
}

Stanza PresenceModule::make_shown(Session& session) const {
  Stanza presence = *session.presence();
  if (on_sent) on_sent(session.resident(), presence, Sight::subscribed);
  return presence;
}

void PresenceModule::send_again(Resident& resident, const std::function<bool(const Stanza&)>& wanted) {
  std::vector<Session*> sessions;
  for (const auto& session : resident.sessions()) {
    if (session->is_available() && wanted(*session->presence())) sessions.push_back(session.get());
  }
  for (Session* session : sessions) broadcast(*session, *session->presence());
}

void PresenceModule::broadcast(Session& session, const Stanza& presence) {
  Resident& resident = session.resident();
  Stanza copy = presence;
  copy.from = session.jid();
  if (on_sent && copy.type == StanzaType::none) on_sent(resident, copy, Sight::subscribed);
  for (const auto& [jid, item] : roster_->of(resident).items()) {
    if (!item.subscription.from) continue;
    copy.to = item.jid;
    context_->route_for(resident, copy);
  }
  if (on_broadcast) on_broadcast(resident, copy);
  // Section 4.2.2: also to the account's own available resources, the one that sent it included.
  for (const auto& other : resident.sessions()) {
    if (!other->is_available()) continue;
    copy.to = other->jid();
    other->deliver(copy);
  }
}

void PresenceModule::closing(Session& session) {
  Stanza presence = Stanza::make(StanzaKind::presence, StanzaType::unavailable, {});
  presence.from = session.jid();
  unavailable(session, std::move(presence));
}

void PresenceModule::send(Resident& resident, const Jid& from, const Jid& to, StanzaType type,
                          const TicketPtr& ticket) {
  context_->route_for(resident, make(from, to, type), ticket);
}

void PresenceModule::send_presence_of_all(Resident& resident, const Jid& to) {
  for (const auto& session : resident.sessions()) {
    if (!session->is_available()) continue;
    Stanza presence = make_shown(*session);
    presence.from = session->jid();
    presence.to = to;
    context_->route_for(resident, std::move(presence));
  }
}

void PresenceModule::send_unavailable_of_all(Resident& resident, const Jid& to) {
  for (const auto& session : resident.sessions()) {
    if (session->is_available()) send(resident, session->jid(), to, StanzaType::unavailable);
  }
}

// The address is of an account, of one of its resources, or of a whole domain.
void PresenceModule::visibility_changed(Resident& resident, const Jid& address, bool is_visible) {
  for (const auto& [jid, item] : roster_->of(resident).items()) {
    const bool is_meant =
        address.has_localpart() ? address.bare_view() == item.jid.str() : address.domainpart() == item.jid.domainpart();
    if (!is_meant || !item.subscription.from) continue;
    const Jid to = address.has_localpart() ? address : Jid(item.jid);
    is_visible ? send_presence_of_all(resident, to) : send_unavailable_of_all(resident, to);
  }
  if (!is_visible) end_directed(resident, address);
}

// Also out of a room, which would keep its occupant otherwise.
void PresenceModule::end_directed(Resident& resident, const Jid& address) {
  // Addresses of an account stand together, since they begin alike; those of a domain do not.
  const std::string_view start = address.has_localpart() ? std::string_view(address.str()) : std::string_view();
  for (const auto& session : resident.sessions()) {
    auto& directed = directed_->of(*session).to;
    auto to = start.empty() ? directed.begin() : directed.lower_bound(address);
    while (to != directed.end() && to->str().starts_with(start)) {
      const bool is_meant = *to == address || to->bare_view() == address.str() || to->domainpart() == address.str();
      if (is_meant) send(resident, session->jid(), *to, StanzaType::unavailable);
      to = is_meant ? directed.erase(to) : std::next(to);
    }
  }
}

Flow PresenceModule::inbound(Inbound& inbound) {
  Stanza& presence = inbound.stanza;
  if (presence.type == StanzaType::probe) {
    probe(inbound);
    return Flow::stop;
  }
  if (is_subscription(presence.type)) {
    subscription_inbound(inbound);
    return Flow::stop;
  }
  return Flow::go_on;
}

void PresenceModule::probe(Inbound& inbound) {
  const Jid prober = *inbound.stanza.from;
  Resident& resident = inbound.resident;
  const RosterItem* item = roster_->of(resident).find(prober.bare());
  if (!(item && item->subscription.from) && prober.bare() != resident.jid()) {
    // Section 4.3.2: the same answer as for an account that does not exist.
    send(resident, resident.jid(), prober.bare(), StanzaType::unsubscribed);
    return;
  }
  const bool anybody = std::any_of(resident.sessions().begin(), resident.sessions().end(),
                                   [](const auto& session) { return session->is_available(); });
  if (anybody) {
    send_presence_of_all(resident, prober);
  } else {
    send(resident, resident.jid(), prober, StanzaType::unavailable);
  }
}

}  // namespace teahouse
