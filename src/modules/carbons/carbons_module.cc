#include "modules/carbons/carbons_module.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

bool is_private(const Stanza& message) {
  return message.child("private", ns::carbons) || message.child("no-copy", ns::hints);
}

// The wrapper of section 7, from the account itself.
Stanza make_copy(const Stanza& message, const char* direction, const std::string& stamp) {
  Stanza inner = message;
  inner.stamp(stamp);
  std::string forwarded;
  inner.write(forwarded, true);
  std::string payload;
  xml::Writer(payload).open(direction, ns::carbons).open("forwarded", ns::forward).raw(forwarded).close().close();
  return Stanza::make(StanzaKind::message, message.type, std::move(payload));
}

void send_copy(const Resident& account, Session& session, Stanza copy, Lsn gate, DeliveryPtr delivery = nullptr) {
  copy.from = account.jid();
  copy.to = session.jid();
  session.deliver(std::make_shared<const Stanza>(std::move(copy)), gate, std::move(delivery));
}

bool is_at_room(const ModuleContext& context, const Jid& address) {
  return context.kind_of(address.domainpart()) == HostKind::rooms;
}

std::string stamp_of(const ModuleContext& context, const Outbound& sent) {
  if (sent.archived == store::ArchiveId::none) return {};
  return context.archive_ids().make_stamp(sent.archived, sent.resident.jid());
}

// Section 6.1: what a room passes on from an occupant is the room's affair, which gives it to each session that is
// there. Nor are errors copied that answer what somebody says in a room.
bool is_copied_by_room(const ModuleContext& context, const Stanza& message) {
  return (message.from->is_full() || message.type == StanzaType::error) && is_at_room(context, *message.from);
}

}  // namespace

bool is_carbon_eligible(const Stanza& message) {
  // Of what an error answers nothing is remembered; mostly it is chat.
  if (message.type == StanzaType::chat || message.type == StanzaType::error) return true;
  if (message.type != StanzaType::none) return false;
  bool eligible = false;
  message.root().for_each_child([&](const xml::Element& child) {
    eligible = eligible || child.is("body", ns::client) || child.ns() == ns::receipts ||
               child.ns() == ns::chat_markers || child.ns() == ns::chat_states || child.is("x", ns::direct_invite) ||
               (child.is("x", ns::muc_user) && child.child("invite", ns::muc_user));
  });
  return eligible;
}

const ModuleInfo& CarbonsModule::info() const {
  static const ModuleInfo info{.name = "carbons",
                               .summary = "Copies of messages for a user's other resources.",
                               .xeps = {{280, "1.0.1", "Message Carbons", ""}},
                               .host_features = {ns::carbons},
                               .account_features = {ns::carbons},
                               .bind_features = {ns::carbons},
                               .is_optional = true};
  return info;
}

void CarbonsModule::attach(ModuleContext& context) {
  context_ = &context;
  enabled_.emplace(context.attach_to_sessions<Enabled>());
  context.on_outbound(OutboundPhase::copy, StanzaKind::message,
                      [this](Outbound& outbound) { return copy_sent(outbound); });
  context.on_inbound(InboundPhase::copy, StanzaKind::message,
                     [this](Inbound& inbound) { return copy_received(inbound); });
  context.on_bind_feature("enable", ns::carbons, [this](Session& session) { enabled_->of(session).is_on = true; });
  context.on(&Hooks::session_parking, [this](Session& session, SessionNotes& notes) {
    if (wants_copies(session)) notes["carbons"] = "on";
  });
  context.on(&Hooks::session_woken, [this](Session& session, const SessionNotes& notes) {
    if (notes.contains("carbons")) enabled_->of(session).is_on = true;
  });
  context.on_iq(IqTarget::own_account, StanzaType::set, "enable", ns::carbons,
                [this](const IqRequest& iq) { set(iq, true); });
  context.on_iq(IqTarget::own_account, StanzaType::set, "disable", ns::carbons,
                [this](const IqRequest& iq) { set(iq, false); });
}

void CarbonsModule::set(const IqRequest& request, bool is_on) {
  enabled_->of(*request.session).is_on = is_on;
  context_->reply(request.stanza, {});
}

Flow CarbonsModule::copy_sent(Outbound& outbound) {
  const Stanza& message = outbound.stanza;
  const Resident& account = outbound.resident;
  // The account's own sessions that get it anyway are known when it arrives.
  if (message.to->bare_view() == account.jid().str()) return Flow::go_on;
  if (!is_carbon_eligible(message) || is_private(message)) return Flow::go_on;
  std::optional<Stanza> copy;
  for (const auto& session : account.sessions()) {
    if (!wants_copies(*session) || session.get() == outbound.session) continue;
    if (!copy) {
      if (message.type == StanzaType::error && is_at_room(*context_, *message.to)) return Flow::go_on;
      copy = make_copy(message, "sent", stamp_of(*context_, outbound));
    }
    send_copy(account, *session, *copy, outbound.gate);
  }
  return Flow::go_on;
}

Flow CarbonsModule::copy_received(Inbound& inbound) {
  Stanza& message = inbound.stanza;
  if (!is_carbon_eligible(message)) return Flow::go_on;
  if (is_private(message)) {
    // Section 9: the hint has done its work.
    message.remove_children([](const xml::Element& child) { return child.is("private", ns::carbons); });
    return Flow::go_on;
  }
  const bool is_own = message.from->bare_view() == inbound.resident.jid().str();
  std::optional<Stanza> copy;
  for (const auto& session : inbound.resident.sessions()) {
    if (!wants_copies(*session) || (is_own && session->jid().str() == message.from->str())) continue;
    const auto& delivered = inbound.delivered_to;
    if (std::find(delivered.begin(), delivered.end(), session.get()) != delivered.end()) continue;
    if (!copy) {
      if (is_copied_by_room(*context_, message)) return Flow::go_on;
      copy = make_copy(message, is_own ? "sent" : "received", {});
    }
    if (delivered.empty()) {  // the message itself is kept for another, or refused
      const auto delivery = std::make_shared<Delivery>();
      delivery->message = std::make_shared<const Stanza>(message);
      delivery->is_of_copy = true;
      send_copy(inbound.resident, *session, *copy, inbound.gate, delivery);
      inbound.copied_to.emplace_back(session.get(), delivery);
    } else {
      send_copy(inbound.resident, *session, *copy, inbound.gate, inbound.shared_delivery());
    }
  }
  return Flow::go_on;
}

}  // namespace teahouse
