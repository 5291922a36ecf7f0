// A client stream over WebSocket.
//
// Spec: RFC 7395. Limits: one message of 1 MiB; a stanza's own limit is the stream's.
#pragma once

#include "http/websocket.h"
#include "server/c2s/transport.h"

namespace teahouse::c2s {

// Errors: the request is no good handshake; the responder has said so.
Result<std::unique_ptr<Transport>> make_websocket_transport(const http::Request& request, http::Responder responder,
                                                            Transport::Events& events);

}  // namespace teahouse::c2s
