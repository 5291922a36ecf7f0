// Subscription: the state between an account and one contact, and what each of the four presence types does to it.
//
// The nine states of RFC 6121 appendix A are four flags; the tables are the functions below.
// Spec: RFC 6121 appendix A.2 and A.3, section 3.4 (pre-approval).
#pragma once

#include <string_view>

#include "xmpp/stanza.h"

namespace teahouse {

struct Subscription {
  bool to = false;           // we get the contact's presence
  bool from = false;         // the contact gets ours
  bool pending_out = false;  // we asked, no answer yet
  bool pending_in = false;   // the contact asked, we have not answered
  bool approved = false;     // pre-approved: the contact's next request is granted by the server

  std::string_view name() const;  // "none", "to", "from" or "both"
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

struct OutboundEffect {
  bool route = false;           // on to the contact
  bool sends_presence = false;  // the contact gets our resources' presence from now on
  bool stops_presence = false;  // it got it, and gets unavailable now
};
struct InboundEffect {
  bool deliver = false;            // to the account's interested resources
  bool answer_subscribed = false;  // the server answers on the account's behalf
  bool stops_presence = false;
};

// `type` is subscribe, subscribed, unsubscribe or unsubscribed.
OutboundEffect apply_outbound(Subscription& state, StanzaType type);
InboundEffect apply_inbound(Subscription& state, StanzaType type);

}  // namespace teahouse
