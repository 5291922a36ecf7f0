#include "modules/csi/urgency.h"

#include "xmpp/claims.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// A room's presence with the code says that it is the client's own: a join, a change or a leave is done.
constexpr std::string_view own_presence = "110";

bool is_own_presence(const xml::Element& x) {
  bool is_own = false;
  x.for_each_child([&](const xml::Element& child) {
    is_own = is_own || (child.is("status", ns::muc_user) && child.attribute("code") == own_presence);
  });
  return is_own;
}

// Rooms of ours add what they say to the stamps.
Session::Urgency judge_presence(const Stanza& presence) {
  if (presence.type != StanzaType::none && presence.type != StanzaType::unavailable) return Session::Urgency::now;
  const auto stamps = xml::Document::parse_own(SharedBytes("<stamps>" + presence.stamps() + "</stamps>"));
  auto x = stamps ? stamps->root().child("x", ns::muc_user) : std::nullopt;
  if (!x) x = presence.child("x", ns::muc_user);
  if (!x) return Session::Urgency::latest;
  return is_own_presence(*x) ? Session::Urgency::now : Session::Urgency::can_wait;
}

// `message`: a message's element, or what a stanza has for it. One without children is nothing that could wait.
bool can_wait(const xml::Element& message, bool is_headline) {
  bool waits = message.first_child().has_value();
  message.for_each_child([&](const xml::Element& child) {
    if (is_copy(child)) {
      const auto forwarded = child.child("forwarded", ns::forward);
      const auto copied = forwarded ? forwarded->child("message", ns::client) : std::nullopt;
      waits = waits && copied && can_wait(*copied, false);
    } else if (child.ns() == ns::hints) {
      waits = waits && child.name() != "store";
    } else {
      waits = waits && (only_accompanies(child) || (is_headline && child.ns() == ns::pubsub_event));
    }
  });
  return waits;
}

}  // namespace

Session::Urgency judge_urgency(const Stanza& stanza) {
  if (stanza.kind == StanzaKind::presence) return judge_presence(stanza);
  const bool waits = stanza.kind == StanzaKind::message && stanza.type != StanzaType::error &&
                     can_wait(stanza.root(), stanza.type == StanzaType::headline);
  return waits ? Session::Urgency::can_wait : Session::Urgency::now;
}

}  // namespace teahouse
