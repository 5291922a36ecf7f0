#include "modules/roster/subscription.h"

namespace teahouse {

std::string_view Subscription::name() const {
  if (to && from) return "both";
  if (to) return "to";
  return from ? "from" : "none";
}

OutboundEffect apply_outbound(Subscription& state, StanzaType type) {
  OutboundEffect effect;
  switch (type) {
    case StanzaType::subscribe:  // A.2.1
      effect.route = true;
      if (!state.to) state.pending_out = true;
      break;
    case StanzaType::unsubscribe:  // A.2.2
      effect.route = true;
      state.to = state.pending_out = false;
      break;
    case StanzaType::subscribed:  // A.2.3; not asked for: pre-approval, which is not routed
      if (state.pending_in) {
        effect.route = effect.sends_presence = true;
        state.pending_in = false;
        state.from = true;
      } else if (!state.from) {
        state.approved = true;
      }
      break;
    case StanzaType::unsubscribed:  // A.2.4
      effect.route = state.pending_in || state.from;
      effect.stops_presence = state.from;
      state.pending_in = state.from = state.approved = false;
      break;
    default: break;
  }
  return effect;
}

InboundEffect apply_inbound(Subscription& state, StanzaType type) {
  InboundEffect effect;
  switch (type) {
    case StanzaType::subscribe:  // A.3.1
      if (state.from) {
        effect.answer_subscribed = true;
      } else if (state.approved) {
        effect.answer_subscribed = true;
        state.from = true;
        state.pending_in = false;
      } else {
        effect.deliver = !state.pending_in;
        state.pending_in = true;
      }
      break;
    case StanzaType::unsubscribe:  // A.3.2
      effect.deliver = state.pending_in || state.from;
      effect.stops_presence = state.from;
      state.pending_in = state.from = false;
      break;
    case StanzaType::subscribed:  // A.3.3
      effect.deliver = state.pending_out;
      if (state.pending_out) state.to = true;
      state.pending_out = false;
      break;
    case StanzaType::unsubscribed:  // A.3.4
      effect.deliver = state.pending_out || state.to;
      state.pending_out = state.to = false;
      break;
    default: break;
  }
  return effect;
}

}  // namespace teahouse
