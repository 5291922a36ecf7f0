#include "server/redelivery.h"

#include "server/home.h"
#include "xmpp/claims.h"
#include "xmpp/delay.h"

namespace teahouse {
namespace {

constexpr size_t held_a_turn = 64;
// All of a session that has outlived the server (SessionDirectory::parked_bytes_max): its client may bind anew at once,
// and a later turn would find that session there, before what waits for it.
constexpr size_t passed_on_a_turn = 1024;

// XEP-0198 section 4: what was not acknowledged is as if it had not been delivered. Messages look for another resource,
// requests get their error. But copies that tell of no delivery (of what the account sent, results of an archive) were
// for this session alone, what a room says was for an occupant, and presence is old by now.
// A copy of a message that is kept besides goes on where it alone holds the message.
bool goes_on(const Delivery& delivery) {
  if (delivery.is_of_copy && !delivery.row) return false;
  const Stanza& stanza = *delivery.message;
  if (!stanza.to || !stanza.from) return false;
  if (stanza.kind == StanzaKind::iq) return stanza.type == StanzaType::get || stanza.type == StanzaType::set;
  return stanza.kind == StanzaKind::message && stanza.type != StanzaType::groupchat && !has_copy(stanza);
}

// As it was, with the time at which it first came.
Stanza make_delayed(const Undelivered& undelivered, const std::string& domain) {
  Stanza message = *undelivered.delivery->message;
  if (!is_delayed_by(message, domain)) message.stamp(make_delay(domain, undelivered.since_ms));
  return message;
}

}  // namespace

void Redelivery::hold(std::vector<Undelivered> held) {
  for (Undelivered& each : held) {
    if (goes_on(*each.delivery)) unheld_.push_back(std::move(each));
  }
  if (!unheld_waits_) hold_waiting();
}

void Redelivery::pass_on(std::vector<Undelivered> undelivered) {
  for (Undelivered& each : undelivered) {
    if (goes_on(*each.delivery)) undelivered_.push_back(std::move(each));
  }
  if (!undelivered_waits_) pass_on_waiting();
}

void Redelivery::pass_on(const Undelivered& undelivered) {
  const Stanza& stanza = *undelivered.delivery->message;
  if (stanza.kind != StanzaKind::message) {
    home_.arrivals().arrive(Stanza(stanza), nullptr);
    return;
  }
  home_.residents().with(stanza.to->bare(), [this, undelivered](Result<Resident*> resident) {
    if (resident) {
      pass_on_at(**resident, undelivered);
    } else if (!undelivered.delivery->row) {  // else it stays with what is kept for the account
      home_.arrivals().arrive_nowhere(*undelivered.delivery->message, nullptr);
    }
  });
}

void Redelivery::pass_on_at(Resident& resident, const Undelivered& undelivered) {
  const Delivery& delivery = *undelivered.delivery;
  Stanza message = make_delayed(undelivered, resident.host()->domain);
  const TicketPtr nobody_waits;
  Inbound inbound{resident, message, nobody_waits};
  inbound.delivery = undelivered.delivery;
  if (!delivery.is_addressed || delivery.is_lost()) {
    inbound.delivered_to = Arrivals::find_targets(resident, message);
    std::erase_if(inbound.delivered_to, [&](const Session* session) { return delivery.was_given(session->number()); });
  }
  if (!inbound.delivered_to.empty() || delivery.is_lost()) {
    home_.arrivals().give(inbound);
  } else {
    home_.arrivals().hold(inbound);  // others may hold it, and wait for their streams
  }
}

// A home that stops has no more turns; nor has pass_on_waiting() then.
void Redelivery::hold_waiting() {
  unheld_waits_ = false;
  for (size_t i = 0; !unheld_.empty() && (i < held_a_turn || home_.refuses_more()); ++i) {
    const Undelivered next = std::move(unheld_.front());
    unheld_.pop_front();
    Resident* resident = home_.residents().find(next.delivery->message->to->bare_view());
    if (!resident || next.delivery->is_lost()) continue;
    Stanza message = make_delayed(next, resident->host()->domain);
    const TicketPtr nobody_waits;
    Inbound inbound{*resident, message, nobody_waits};
    inbound.delivery = next.delivery;
    home_.arrivals().hold(inbound);
  }
  if (unheld_.empty()) return;
  unheld_waits_ = true;
  home_.loop().post([this] { hold_waiting(); });
}

void Redelivery::pass_on_waiting() {
  undelivered_waits_ = false;
  for (size_t i = 0; !undelivered_.empty() && (i < passed_on_a_turn || home_.refuses_more()); ++i) {
    const Undelivered next = std::move(undelivered_.front());
    undelivered_.pop_front();
    pass_on(next);
  }
  if (undelivered_.empty()) return;
  undelivered_waits_ = true;
  home_.loop().post([this] { pass_on_waiting(); });
}

}  // namespace teahouse
