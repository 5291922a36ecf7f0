// A client stream over WebSocket.
//
// Spec: RFC 7395. Limits: StreamLimits, as over TCP; past them the close frame has the code 1009 too.
#pragma once

#include "http/websocket.h"
#include "server/c2s/transport.h"

namespace teahouse::c2s {

// Errors: the request is no good handshake; the responder has said so.
Result<std::unique_ptr<Transport>> make_websocket_transport(const http::Request& request, http::Responder responder,
                                                            Transport::Events& events);

}  // namespace teahouse::c2s
