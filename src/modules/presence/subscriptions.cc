// Subscriptions: what the owner of an account says of them, what a contact says, and what is kept until it is answered
// (RFC 6121 section 3).
#include "modules/presence/kept_request.h"
#include "modules/presence/presence_module.h"

namespace teahouse {
namespace {

constexpr size_t shown_bytes_max = 4 * 1024 * 1024;  // of requests at a login; the others come when these are answered

}  // namespace

void PresenceModule::subscription_outbound(Outbound& outbound) {
  Resident& resident = outbound.resident;
  Stanza& stanza = outbound.stanza;
  const BareJid contact = stanza.to->bare();
  Roster& roster = roster_->of(resident);
  if (contact == resident.jid()) return;
  const store::DiskHealth& health = context_->disk();
  const bool adds = stanza.type == StanzaType::subscribe || stanza.type == StanzaType::subscribed;
  if (const auto may = adds ? health.check_addition() : health.check_removal(); !may) {
    context_->route(make_error(stanza, may.error()));
    return;
  }
  const RosterItem* known = roster.find(contact);
  if (adds && !(known && known->listed) && roster.full()) {
    context_->route(make_error(stanza, roster_is_full()));
    return;
  }
  RosterItem& item = roster.item(contact);
  const Subscription before = item.subscription;
  const OutboundEffect effect = apply_outbound(item.subscription, stanza.type);
  // A stanza that must not be routed changes nothing but a pre-approval, and makes no item (sections 3.2.2, 3.4).
  await(outbound.ticket, roster_->save(resident, contact, before));
  if (!effect.route) return;
  stanza.from = resident.jid();
  stanza.to = contact;
  context_->route(Stanza(stanza), outbound.ticket);
  if (effect.stops_presence) send_unavailable_of_all(resident, contact);
  if (effect.sends_presence) context_->tell_visibility(resident, contact, true);
}

void PresenceModule::send_subscription(Resident& resident, const BareJid& contact, StanzaType type,
                                       const TicketPtr& ticket) {
  Stanza stanza = make(resident.jid(), contact, type);
  Outbound outbound{resident, nullptr, stanza, ticket};
  subscription_outbound(outbound);
}

void PresenceModule::item_removed(Resident& resident, const BareJid& contact, const Subscription& was) {
  // Section 2.5.2.
  if (was.to || was.pending_out) send(resident, resident.jid(), contact, StanzaType::unsubscribe);
  if (was.from) send_unavailable_of_all(resident, contact);
  if (was.from || was.pending_in) send(resident, resident.jid(), contact, StanzaType::unsubscribed);
}

// As if the contact's account had cancelled all (XEP-0077 section 3.2.1); the next account of its name has not been
// approved either.
void PresenceModule::contact_gone(Resident& resident, const BareJid& contact, const TicketPtr& ticket) {
  for (const StanzaType type : {StanzaType::unsubscribe, StanzaType::unsubscribed}) {
    Stanza stanza = make(contact, resident.jid(), type);
    Inbound inbound{resident, stanza, ticket};
    subscription_inbound(inbound);
  }
  RosterItem* item = roster_->of(resident).find(contact);
  if (!item || !item->subscription.approved) return;
  const Subscription before = item->subscription;
  item->subscription.approved = false;
  await(ticket, roster_->save(resident, contact, before));
}

void PresenceModule::take_subscription(Resident& resident, Stanza stanza, const TicketPtr& ticket) {
  Inbound inbound{resident, stanza, ticket};
  subscription_inbound(inbound);
}

void PresenceModule::subscription_inbound(Inbound& inbound) {
  Stanza& stanza = inbound.stanza;
  Resident& resident = inbound.resident;
  Roster& roster = roster_->of(resident);
  const BareJid contact = stanza.from->bare();
  stanza.from = contact;
  stanza.to = resident.jid();
  if (contact == resident.jid()) return;
  if (!roster.find(contact)) {
    if (stanza.type != StanzaType::subscribe) return;
    if (!has_room_for_request(resident, contact, roster)) return;
  }
  RosterItem& item = roster.item(contact);
  const Subscription before = item.subscription;
  const InboundEffect effect = apply_inbound(item.subscription, stanza.type);
  if (effect.deliver && stanza.type == StanzaType::subscribe) item.request = make_kept_request(stanza);
  if (effect.deliver) show(resident, stanza);  // before the push: sections 3.1.6, 3.2.3 and 3.3.3
  await(inbound.ticket, roster_->save(resident, contact, before));
  if (effect.answer_subscribed) {
    send(resident, resident.jid(), contact, StanzaType::subscribed, inbound.ticket);
    context_->tell_visibility(resident, contact, true);
  }
  if (effect.stops_presence) send_unavailable_of_all(resident, contact);
}

// A request goes to the sessions that can answer it; the rest is for those who keep a roster (section 3.1.3).
void PresenceModule::show(Resident& resident, const Stanza& stanza) {
  for (const auto& session : resident.sessions()) {
    if (stanza.type == StanzaType::subscribe ? session->is_available() : session->interested) session->deliver(stanza);
  }
}

bool PresenceModule::has_room_for_request(const Resident& resident, const BareJid& contact,
                                          const Roster& roster) const {
  const TenantId own = resident.tenant().id;
  const auto asking = context_->tenant_at(contact.domainpart());
  size_t of_own = 0, of_asking = 0, of_others = 0;
  for (const auto& [domain, count] : roster.requests()) {
    const auto tenant = context_->tenant_at(domain);
    (tenant == own ? of_own : of_others) += count;
    if (tenant ? tenant == asking : domain == contact.domainpart()) of_asking += count;
  }
  if (asking == own) return of_own < requests_max;
  return of_asking < requests_of_another_max && of_others < requests_max;
}

void PresenceModule::show_requests(Session& session) {
  size_t bytes = 0;
  for (const auto& [jid, item] : roster_->of(session.resident()).items()) {
    if (!item.subscription.pending_in || item.request.empty()) continue;
    auto request = Stanza::parse_stored(item.request);
    if (request && item.request.size() > kept_request_bytes_max) {
      request = Stanza::parse_stored(make_kept_request(*request));
    }
    if (!request || !context_->may_have(session.resident(), *request)) continue;
    bytes += request->held_bytes();
    if (bytes > shown_bytes_max) return;
    session.deliver(std::move(*request));
  }
}

}  // namespace teahouse
