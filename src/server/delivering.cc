// How a stanza that has reached an account's home finds its sessions: RFC 6121 section 8.5.2 (bare JID) and 8.5.3 (full
// JID).
#include "server/arrivals.h"
#include "server/forged.h"
#include "server/home.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

std::vector<Session*> non_negative(const Resident& resident) {
  std::vector<Session*> found;
  for (const auto& session : resident.sessions()) {
    if (session->is_available() && session->priority() >= 0) found.push_back(session.get());
  }
  return found;
}

// Sections 8.5.2.1.1 and 8.5.3.2.1: a groupchat message is for a room, a normal one for the very resource that it
// names.
bool is_for_nobody(const Resident* resident, const Stanza& stanza) {
  if (stanza.to->is_bare()) return stanza.type == StanzaType::groupchat;
  return stanza.type == StanzaType::none && !(resident && resident->find_session(stanza.to->resourcepart()));
}

}  // namespace

void Arrivals::arrive_at_account(Resident& resident, Stanza& stanza, const TicketPtr& ticket) {
  Inbound inbound{resident, stanza, ticket};
  if (stanza.kind == StanzaKind::message) remove_foreign_stamps(stanza, resident.jid());
  if (home_.hooks().run(InboundPhase::guard, inbound) == Flow::stop) return;
  if (stanza.kind == StanzaKind::message) {
    if (is_for_nobody(&resident, stanza)) return arrive_nowhere(stanza, ticket);
    inbound.delivery = find_delivery(inbound);
  }
  for (const InboundPhase phase : {InboundPhase::archive, InboundPhase::handle}) {
    if (home_.hooks().run(phase, inbound) == Flow::stop) return;
  }
  switch (stanza.kind) {
    case StanzaKind::message: deliver_message(inbound); break;
    case StanzaKind::presence: deliver_presence(inbound); break;
    case StanzaKind::iq: deliver_iq(inbound); break;
  }
}

// Section 8.5.1: there is no such account. The sender sees what one that is away shows to strangers, so that nobody
// learns who exists.
void Arrivals::arrive_at_nobody(const HostPtr& host, Stanza stanza, const TicketPtr& ticket) {
  if (stanza.kind == StanzaKind::iq) {
    if (!is_request(stanza) || !stanza.to->is_bare()) return arrive_nowhere(stanza, ticket);
    const auto query = stanza.first_child();
    const IqRequest request{stanza, *query, host, nullptr, nullptr, ticket};
    const auto* handler = home_.hooks().find_iq(IqTarget::nobody, request);
    return handler ? (*handler)(request) : arrive_nowhere(stanza, ticket);
  }
  if (stanza.kind == StanzaKind::presence || !is_for_nobody(nullptr, stanza)) {
    if (stanza.type == StanzaType::headline) return;
    for (const auto& each : home_.hooks().at_nobody) {
      if (each.is_at(*host) && each.hook(host, stanza, ticket) == Flow::stop) return;
    }
  }
  arrive_nowhere(stanza, ticket);
}

// A room gives a private message to each session that shares the nick, one stanza after the other, all of them with the
// ticket of the one that its sender sent. A user's own stanza bears no stamps yet, and is none of these.
DeliveryPtr Arrivals::find_delivery(const Inbound& inbound) {
  if (inbound.stanza.stamps().empty() || !inbound.ticket) return nullptr;
  const std::string& account = inbound.resident.jid().str();
  if (passed_on_.ticket.lock() != inbound.ticket || passed_on_.account != account) {
    passed_on_ = {inbound.ticket, account, std::make_shared<Delivery>()};
    passed_on_.delivery->is_addressed = true;
  }
  return passed_on_.delivery;
}

// The sessions that get a message by the rules. Chat and normal messages for the bare JID go to every resource that is
// not negative: RFC 6121 section 8.5.2.1.1 allows it, and with carbons it is what people expect of several devices.
std::vector<Session*> Arrivals::find_targets(const Resident& resident, const Stanza& stanza) {
  if (stanza.to->is_full()) {
    if (Session* session = resident.find_session(stanza.to->resourcepart())) return {session};
    // Section 8.5.3.2.1: no such resource. A chat goes on as if it were for the bare JID, and so does a normal message
    // for a resource that was there when it came; the others do not.
    const bool goes_on = stanza.type == StanzaType::chat || stanza.type == StanzaType::none;
    return goes_on ? non_negative(resident) : std::vector<Session*>{};
  }
  switch (stanza.type) {
    case StanzaType::none:
    case StanzaType::chat:
    case StanzaType::headline: return non_negative(resident);
    default: return {};  // groupchat is refused, error is dropped
  }
}

void Arrivals::deliver_message(Inbound& inbound) {
  inbound.delivered_to = find_targets(inbound.resident, inbound.stanza);
  if (home_.hooks().run(InboundPhase::copy, inbound) == Flow::stop) return;
  give(inbound);
}

// To the sessions that were found; where there are none the message is kept, or refused.
void Arrivals::give(Inbound& inbound) {
  const std::vector<Session*>& sessions = inbound.delivered_to;
  if (sessions.empty()) {
    if (home_.hooks().run(InboundPhase::keep, inbound) == Flow::stop) return;
    // Nobody took it: section 8.5.2.2. Headlines and errors vanish.
    if (inbound.stanza.type != StanzaType::headline) {
      home_.router().refuse(inbound.stanza, inbound.ticket, {ErrorKind::service_unavailable, ""});
    }
    return;
  }
  if (sessions.size() > 1) inbound.shared_delivery();
  const bool streams =
      std::any_of(sessions.begin(), sessions.end(), [](const Session* each) { return each->stream(); });
  note(inbound.ticket, streams ? Ended::delivered : Ended::delivered_off);
  if (!streams) hold(inbound);
  const auto shared = std::make_shared<const Stanza>(std::move(inbound.stanza));
  if (inbound.delivery) inbound.delivery->message = shared;
  for (Session* session : sessions) session->deliver(shared, inbound.gate, inbound.delivery);
}

// Unless it is on disk already, a session that it was given to has a stream, or one has handed it to its client.
void Arrivals::hold(Inbound& inbound) {
  const Delivery& delivery = *inbound.shared_delivery();
  if (delivery.row || delivery.is_taken()) return;
  for (const uint64_t number : delivery.had_by()) {
    const Session* session = home_.sessions().find(number);
    if (session && session->stream()) return;
  }
  home_.hooks().run(InboundPhase::hold, inbound);
}

void Arrivals::deliver_presence(Inbound& inbound) {
  const auto shared = std::make_shared<const Stanza>(std::move(inbound.stanza));
  if (shared->to->is_full()) {
    if (Session* session = inbound.resident.find_session(shared->to->resourcepart())) session->deliver(shared);
    return;
  }
  for (const auto& session : inbound.resident.sessions()) {
    if (session->is_available()) session->deliver(shared);
  }
}

void Arrivals::deliver_iq(Inbound& inbound) {
  const Stanza& stanza = inbound.stanza;
  if (stanza.to->is_bare()) {
    handle_iq(inbound.resident.host(), &inbound.resident, nullptr, stanza, inbound.ticket);
    return;
  }
  if (Session* session = inbound.resident.find_session(stanza.to->resourcepart())) {
    session->deliver(std::make_shared<const Stanza>(std::move(inbound.stanza)));
  } else {
    arrive_nowhere(inbound.stanza, inbound.ticket);
  }
}

}  // namespace teahouse
