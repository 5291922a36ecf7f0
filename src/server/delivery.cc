// How a stanza that has reached an account's home finds its sessions: RFC 6121 section 8.5.2 (bare JID) and 8.5.3 (full
// JID).
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

// Who gets a message by the rules. Chat and normal messages for the bare JID go to every resource that is not negative:
// RFC 6121 section 8.5.2.1.1 allows it, and with carbons it is what people expect of several devices.
std::vector<Session*> message_targets(const Resident& resident, const Stanza& stanza) {
  if (stanza.to->is_full()) {
    if (Session* session = resident.find_session(stanza.to->resourcepart())) return {session};
    // Section 8.5.3.2.1: no such resource. A chat goes on as if it were for the bare JID; the others do not.
    if (stanza.type != StanzaType::chat && stanza.type != StanzaType::none) return {};
    return stanza.type == StanzaType::none ? std::vector<Session*>{} : non_negative(resident);
  }
  switch (stanza.type) {
    case StanzaType::none:
    case StanzaType::chat:
    case StanzaType::headline: return non_negative(resident);
    default: return {};  // groupchat is refused, error is dropped
  }
}

// Have carbons copied it, when it was first delivered? What a room passes on they don't (XEP-0280 section 6.1).
bool was_copied(const HostTable& hosts, const Stanza& message) {
  if (message.child("no-copy", ns::hints)) return false;
  const HostPtr sender = message.from->is_full() ? hosts.find(message.from->domainpart()) : nullptr;
  return !sender || sender->kind != HostKind::rooms;
}

// A message out of a dead session: resources with carbons have had it. True where that is so for at least one of them.
bool remove_copied(std::vector<Session*>& sessions) {
  return std::erase_if(sessions, [](const Session* session) { return session->carbons; }) > 0 && sessions.empty();
}

}  // namespace

void Home::arrive_at_account(Resident& resident, Stanza& stanza, const ReceiptPtr& receipt, bool replayed) {
  Inbound inbound{resident, stanza, receipt};
  inbound.replayed = replayed;
  if (!replayed) {
    if (hooks_.run(Phase::guard, inbound) == Flow::stop) return;
    if (hooks_.run(Phase::rewrite, inbound) == Flow::stop) return;
  }
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
    const auto query = stanza.first_child();
    const IqRequest request{*this, stanza, *query, host, nullptr, nullptr, receipt};
    const auto* handler =
        is_request(stanza) && stanza.to->is_bare() ? hooks_.find_iq(IqTarget::nobody, request) : nullptr;
    return handler ? (*handler)(request) : arrive_nowhere(std::move(stanza));
  }
  if (stanza.kind == StanzaKind::presence || !is_for_nobody(nullptr, stanza)) {
    if (stanza.type == StanzaType::headline) return;
    for (const auto& hook : hooks_.at_nobody) {
      if (hook(host, stanza, receipt) == Flow::stop) return;
    }
  }
  arrive_nowhere(std::move(stanza));
}

void Home::deliver_message(Inbound& inbound) {
  Stanza& stanza = inbound.stanza;
  if (!inbound.replayed && is_for_nobody(&inbound.resident, stanza)) return arrive_nowhere(std::move(stanza));
  if (!inbound.replayed && hooks_.run(Phase::archive, inbound) == Flow::stop) return;
  inbound.delivered_to = message_targets(inbound.resident, stanza);
  if (inbound.replayed && was_copied(hosts_, stanza) && remove_copied(inbound.delivered_to)) return;
  if (hooks_.run(Phase::deliver, inbound) == Flow::stop) return;
  if (!inbound.replayed && hooks_.run(Phase::copy, inbound) == Flow::stop) return;
  if (inbound.delivered_to.empty()) {
    if (hooks_.run(Phase::notify, inbound) == Flow::stop) return;
    // Nobody took it: section 8.5.2.2. Headlines and errors vanish.
    if (stanza.type != StanzaType::headline && !takes_no_error(stanza) && !inbound.replayed) {
      reply_error(stanza, {ErrorKind::service_unavailable, ""});
    }
    return;
  }
  const auto shared = std::make_shared<const Stanza>(std::move(stanza));
  for (Session* session : inbound.delivered_to) session->deliver(shared, inbound.gate);
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
