// How a stanza that has reached an account's home finds its sessions: RFC 6121 section 8.5.2 (bare JID) and 8.5.3 (full
// JID). Redelivery of what a session left behind is a short way of its own: the message was looked at, archived and
// copied when it came, so that it only finds sessions that have not had it, or is kept.
#include "server/home.h"
#include "xmpp/delay.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t undelivered_a_turn = 64;

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

// Who gets a message by the rules. Chat and normal messages for the bare JID go to every resource that is not negative:
// RFC 6121 section 8.5.2.1.1 allows it, and with carbons it is what people expect of several devices.
std::vector<Session*> message_targets(const Resident& resident, const Stanza& stanza) {
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

// As it was, with the time at which it first came.
Stanza make_delayed(const Undelivered& undelivered, const std::string& domain) {
  Stanza message = *undelivered.delivery->message;
  if (!is_delayed_by(message, domain)) message.stamp(make_delay(domain, undelivered.since_ms));
  return message;
}

}  // namespace

void Home::arrive_at_account(Resident& resident, Stanza& stanza, const ReceiptPtr& receipt) {
  Inbound inbound{resident, stanza, receipt};
  if (hooks_.run(Phase::guard, inbound) == Flow::stop) return;
  if (hooks_.run(Phase::rewrite, inbound) == Flow::stop) return;
  switch (stanza.kind) {
    case StanzaKind::message: deliver_message(inbound); break;
    case StanzaKind::presence: deliver_presence(inbound); break;
    case StanzaKind::iq: deliver_iq(inbound); break;
  }
}

// Section 8.5.1: there is no such account. The sender sees what one that is away shows to strangers, so that nobody
// learns who exists.
void Home::arrive_at_nobody(const HostPtr& host, Stanza stanza, const ReceiptPtr& receipt) {
  if (stanza.kind == StanzaKind::iq) {
    if (!is_request(stanza) || !stanza.to->is_bare()) return arrive_nowhere(std::move(stanza));
    const auto query = stanza.first_child();
    const IqRequest request{stanza, *query, host, nullptr, nullptr, receipt};
    const auto* handler = hooks_.find_iq(IqTarget::nobody, request);
    return handler ? (*handler)(request) : arrive_nowhere(std::move(stanza));
  }
  if (stanza.kind == StanzaKind::presence || !is_for_nobody(nullptr, stanza)) {
    if (stanza.type == StanzaType::headline) return;
    for (const auto& each : hooks_.at_nobody) {
      if (each.hook(host, stanza, receipt) == Flow::stop) return;
    }
  }
  arrive_nowhere(std::move(stanza));
}

// A room gives a private message to each session that shares the nick, one stanza after the other, all of them with the
// receipt of the one that its sender sent. What a user sends bears no stamps yet, and is none of these.
DeliveryPtr Home::find_delivery(const Inbound& inbound) {
  if (inbound.stanza.stamps().empty() || !inbound.receipt) return nullptr;
  const std::string& account = inbound.resident.jid().str();
  if (passed_on_.receipt.lock() != inbound.receipt || passed_on_.account != account) {
    passed_on_ = {inbound.receipt, account, std::make_shared<Delivery>()};
    passed_on_.delivery->is_addressed = true;
  }
  return passed_on_.delivery;
}

void Home::deliver_message(Inbound& inbound) {
  Stanza& stanza = inbound.stanza;
  if (is_for_nobody(&inbound.resident, stanza)) return arrive_nowhere(std::move(stanza));
  inbound.delivery = find_delivery(inbound);
  if (hooks_.run(Phase::archive, inbound) == Flow::stop) return;
  inbound.delivered_to = message_targets(inbound.resident, stanza);
  if (hooks_.run(Phase::deliver, inbound) == Flow::stop) return;
  if (hooks_.run(Phase::copy, inbound) == Flow::stop) return;
  give(inbound);
}

// To the sessions that were found; where there are none the message is kept, or refused.
void Home::give(Inbound& inbound) {
  const std::vector<Session*>& sessions = inbound.delivered_to;
  if (sessions.empty()) {
    if (hooks_.run(Phase::notify, inbound) == Flow::stop) return;
    // Nobody took it: section 8.5.2.2. Headlines and errors vanish.
    if (inbound.stanza.type != StanzaType::headline && !takes_no_error(inbound.stanza)) {
      reply_error(inbound.stanza, {ErrorKind::service_unavailable, ""});
    }
    return;
  }
  if (sessions.size() > 1) inbound.shared_delivery();
  const bool streams =
      std::any_of(sessions.begin(), sessions.end(), [](const Session* each) { return each->stream(); });
  if (!streams) hold(inbound);
  const auto shared = std::make_shared<const Stanza>(std::move(inbound.stanza));
  if (inbound.delivery) inbound.delivery->message = shared;
  for (Session* session : sessions) session->deliver(shared, inbound.gate, inbound.delivery);
}

// Unless it is on disk already, a session that it was given to has a stream, or one has handed it to its client.
void Home::hold(Inbound& inbound) {
  const Delivery& delivery = *inbound.shared_delivery();
  if (delivery.row || delivery.is_taken()) return;
  for (const uint64_t number : delivery.had_by()) {
    const Session* session = find_session(number);
    if (session && session->stream()) return;
  }
  hooks_.run(Phase::hold, inbound);
}

void Home::redeliver(const Undelivered& undelivered) {
  const Stanza& stanza = *undelivered.delivery->message;
  if (stanza.kind != StanzaKind::message) {
    arrive(stanza, nullptr);
    return;
  }
  with_resident(stanza.to->bare(), [this, undelivered](Result<Resident*> resident) {
    if (resident) {
      redeliver_at(**resident, undelivered);
    } else if (!undelivered.delivery->row) {  // else it stays with what is kept for the account
      arrive_nowhere(*undelivered.delivery->message);
    }
  });
}

void Home::redeliver_at(Resident& resident, const Undelivered& undelivered) {
  const Delivery& delivery = *undelivered.delivery;
  Stanza message = make_delayed(undelivered, resident.host()->domain);
  const ReceiptPtr nobody_waits;
  Inbound inbound{resident, message, nobody_waits};
  inbound.delivery = undelivered.delivery;
  if (!delivery.is_addressed || delivery.is_lost()) {
    inbound.delivered_to = message_targets(resident, message);
    std::erase_if(inbound.delivered_to, [&](const Session* session) { return delivery.was_given(session->number()); });
  }
  if (!inbound.delivered_to.empty() || delivery.is_lost()) {
    give(inbound);
  } else {
    hold(inbound);  // others may hold it, and wait for their streams
  }
}

// What a session has that lost its stream: it may close by then, or its client come back.
void Home::hold_waiting() {
  unheld_waits_ = false;
  for (size_t i = 0; !unheld_.empty() && i < undelivered_a_turn; ++i) {
    const Undelivered next = std::move(unheld_.front());
    unheld_.pop_front();
    Resident* resident = find_resident(next.delivery->message->to->bare_view());
    if (!resident || next.delivery->is_lost()) continue;
    Stanza message = make_delayed(next, resident->host()->domain);
    const ReceiptPtr nobody_waits;
    Inbound inbound{*resident, message, nobody_waits};
    inbound.delivery = next.delivery;
    hold(inbound);
  }
  if (unheld_.empty()) return;
  unheld_waits_ = true;
  loop_.post([this] { hold_waiting(); });
}

// They may be tens of thousands: others have their turns between. Whoever stops has no more turns.
void Home::redeliver_waiting() {
  undelivered_waits_ = false;
  for (size_t i = 0; !undelivered_.empty() && (i < undelivered_a_turn || refuses_more_); ++i) {
    const Undelivered next = std::move(undelivered_.front());
    undelivered_.pop_front();
    redeliver(next);
  }
  if (undelivered_.empty()) return;
  undelivered_waits_ = true;
  loop_.post([this] { redeliver_waiting(); });
}

void Home::deliver_presence(Inbound& inbound) {
  if (hooks_.run(Phase::deliver, inbound) == Flow::stop) return;
  const auto shared = std::make_shared<const Stanza>(std::move(inbound.stanza));
  if (shared->to->is_full()) {
    if (Session* session = inbound.resident.find_session(shared->to->resourcepart())) session->deliver(shared);
    return;
  }
  for (const auto& session : inbound.resident.sessions()) {
    if (session->is_available()) session->deliver(shared);
  }
}

void Home::deliver_iq(Inbound& inbound) {
  if (hooks_.run(Phase::deliver, inbound) == Flow::stop) return;
  const Stanza& stanza = inbound.stanza;
  if (stanza.to->is_bare()) {
    handle_iq(inbound.resident.host(), &inbound.resident, nullptr, stanza, inbound.receipt);
    return;
  }
  if (Session* session = inbound.resident.find_session(stanza.to->resourcepart())) {
    session->deliver(std::make_shared<const Stanza>(std::move(inbound.stanza)));
  } else {
    arrive_nowhere(std::move(inbound.stanza));
  }
}

}  // namespace teahouse
