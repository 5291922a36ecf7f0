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

void send_copy(const Resident& account, Session& session, Stanza copy, Lsn gate) {
  copy.from = account.jid();
  copy.to = session.jid();
  session.deliver(std::move(copy), gate);
}

Flow copy_sent(Outbound& outbound) {
  const Stanza& message = outbound.stanza;
  const Resident& account = outbound.resident;
  if (!is_carbon_eligible(message) || is_private(message)) return Flow::go_on;
  std::optional<Stanza> copy;
  for (const auto& session : account.sessions()) {
    if (!session->carbons || session.get() == outbound.session) continue;
    if (!copy) copy = make_copy(message, "sent", outbound.stamp);
    send_copy(account, *session, *copy, outbound.gate);
  }
  return Flow::go_on;
}

Flow copy_received(Inbound& inbound) {
  Stanza& message = inbound.stanza;
  if (!is_carbon_eligible(message)) return Flow::go_on;
  if (is_private(message)) {
    // Section 9: the hint has done its work.
    message.remove_children([](const xml::Element& child) { return child.is("private", ns::carbons); });
    return Flow::go_on;
  }
  // What one of the account's own resources sent to another one has been copied as sent.
  if (message.from->bare_view() == inbound.resident.jid().str()) return Flow::go_on;
  std::optional<Stanza> copy;
  for (const auto& session : inbound.resident.sessions()) {
    if (!session->carbons) continue;
    const auto& delivered = inbound.delivered_to;
    if (std::find(delivered.begin(), delivered.end(), session.get()) != delivered.end()) continue;
    if (!copy) copy = make_copy(message, "received", {});
    send_copy(inbound.resident, *session, *copy, inbound.gate);
  }
  return Flow::go_on;
}

void set_carbons(const IqRequest& request, bool on) {
  request.session->carbons = on;
  request.home.reply(request.stanza, {});
}

}  // namespace

bool is_carbon_eligible(const Stanza& message) {
  if (message.type == StanzaType::groupchat || message.type == StanzaType::headline) return false;
  // A private message of a room is the room's affair, and each occupant's own (section 6.1).
  if (message.child("x", ns::muc_user) && !message.child("body", ns::client)) return false;
  if (message.type == StanzaType::chat) return true;
  if (message.child("body", ns::client)) return message.type == StanzaType::none;
  bool typical = false;
  message.root().for_each_child([&](const xml::Element& child) {
    typical = typical || child.ns() == ns::receipts || child.ns() == ns::chat_markers || child.ns() == ns::chat_states;
  });
  return typical && message.type == StanzaType::none;
}

const ModuleInfo& CarbonsModule::info() const {
  static const ModuleInfo info{"carbons",
                               "Copies of messages for a user's other resources.",
                               {{280, "1.0.1", "Message Carbons", ""}},
                               {ns::carbons},
                               {ns::carbons}};
  return info;
}

void CarbonsModule::attach(Home& home) {
  Hooks& hooks = home.hooks();
  hooks.on_outbound(Phase::copy, StanzaKind::message, copy_sent);
  hooks.on_inbound(Phase::copy, StanzaKind::message, copy_received);
  hooks.on_iq(IqTarget::own_account, StanzaType::set, "enable", ns::carbons,
              [](const auto& iq) { set_carbons(iq, true); });
  hooks.on_iq(IqTarget::own_account, StanzaType::set, "disable", ns::carbons,
              [](const auto& iq) { set_carbons(iq, false); });
}

}  // namespace teahouse
