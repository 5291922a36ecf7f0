// StreamLimits: what a client may send in one piece, over every transport alike; past it the stream ends with
// policy-violation.
//
// Limits: a stanza has at most stanza_bytes_max bytes under any plan. Twice as many fit into what may wait for a
// session that reads slowly (Session::held_bytes_max), so that no stanza is too large to be delivered.
#pragma once

#include "http/websocket_codec.h"
#include "tenant/plan.h"
#include "xml/document.h"

namespace teahouse::c2s {

struct StreamLimits {
  static constexpr size_t stanza_bytes_max = 4 << 20;

  xml::Limits element;
  http::WebSocketLimits message;  // of WebSocket, with one element in it

  // Before a client is known, it gets as much as SASL needs and no more.
  static StreamLimits of_stranger();
  static StreamLimits of(const PlanLimits& plan);
};

}  // namespace teahouse::c2s
