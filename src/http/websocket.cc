#include "http/websocket.h"

#include <utility>

#include "crypto/encoding.h"
#include "http/problem.h"

namespace teahouse::http {

namespace {

// RFC 6455 section 4.1 has a key of 16 bytes. Some peers make a longer one, and nothing but the answer comes of it.
constexpr size_t key_bytes = 16, key_bytes_max = 64;
constexpr size_t unsent_pong_bytes_max = 64 * 1024;  // a peer that only pings and never reads gets no more pongs

// A sentence for a bad handshake, empty for a good one; `status` is what is answered then.
std::string refuse_handshake(const Request& request, const WebSocketOptions& options, int& status) {
  const Headers& headers = request.headers;
  status = 400;
  if (request.method != "GET") return "A WebSocket begins with GET.";
  if (!headers.has_token("Upgrade", "websocket") || !headers.has_token("Connection", "upgrade")) {
    status = 426;
    return "This is a WebSocket; send Upgrade: websocket and Connection: Upgrade.";
  }
  if (headers.value("Sec-WebSocket-Version") != "13") {
    status = 426;
    return "Only version 13 of the WebSocket protocol is spoken here.";
  }
  const auto key = crypto::parse_base64(headers.value("Sec-WebSocket-Key"));
  if (!key || key->size() < key_bytes || key->size() > key_bytes_max) {
    return "The Sec-WebSocket-Key is not 16 bytes in base64.";
  }
  if (!options.subprotocol.empty() && !headers.has_token("Sec-WebSocket-Protocol", options.subprotocol)) {
    return "The client must offer the subprotocol " + options.subprotocol + ".";
  }
  return {};
}

}  // namespace

// Stands around each call-back: `gone` when the call destroyed or moved the WebSocket.
struct WebSocket::Guard {
  explicit Guard(WebSocket& guarded) : socket(guarded), outer(guarded.guards_) { guarded.guards_ = this; }
  ~Guard() {
    if (!gone) socket.guards_ = outer;
  }
  Guard(const Guard&) = delete;
  static void forget(WebSocket& socket) {
    for (Guard* guard = std::exchange(socket.guards_, nullptr); guard; guard = guard->outer) guard->gone = true;
  }
  WebSocket& socket;
  Guard* outer;
  bool gone = false;
};

Result<std::unique_ptr<WebSocket>> WebSocket::accept(const Request& request, Responder responder,
                                                     WebSocketOptions options, Events& events) {
  int status = 0;
  const std::string refusal = refuse_handshake(request, options, status);
  if (!refusal.empty()) {
    Response response = make_problem(request, status, refusal);
    if (status == 426) {
      response.headers.add("Upgrade", "websocket");
      response.headers.add("Sec-WebSocket-Version", "13");
    }
    responder.send(std::move(response));
    return Error{ErrorKind::bad_request, refusal};
  }
  Responder::Taken taken = responder.take_connection();
  if (!taken.connection) return Error{ErrorKind::recipient_unavailable, "the connection is gone"};
  if (!taken.rest.empty()) {  // a client must wait for the answer; one that does not may be smuggling
    return Error{ErrorKind::bad_request, "the client sent more than its handshake"};
  }
  std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      make_accept_key(request.headers.value("Sec-WebSocket-Key")) + "\r\n";
  if (!options.subprotocol.empty()) answer += "Sec-WebSocket-Protocol: " + options.subprotocol + "\r\n";
  taken.connection->send(answer + "\r\n");
  // tidy: allow new: make_unique cannot call a private constructor
  return std::unique_ptr<WebSocket>(new WebSocket(std::move(taken.connection), options, events));
}

WebSocket::WebSocket(std::unique_ptr<net::Connection> connection, const WebSocketOptions& options, Events& events)
    : connection_(std::move(connection)), events_(&events), reader_(options.limits) {
  connection_->set_events(*this);
}

WebSocket::~WebSocket() { Guard::forget(*this); }

void WebSocket::send_text(std::span<const SharedBytes> slices) {
  if (closing_) return;
  size_t bytes = 0;
  for (const SharedBytes& slice : slices) bytes += slice.size();
  connection_->send(make_frame_head(WebSocketOpcode::text, bytes));
  for (const SharedBytes& slice : slices) connection_->send(slice);
}

void WebSocket::send_text(std::string message) {
  const SharedBytes slice(std::move(message));
  send_text(std::span(&slice, 1));
}

void WebSocket::send_ping() {
  if (!closing_) connection_->send(make_frame_head(WebSocketOpcode::ping, 0));
}

void WebSocket::close(uint16_t code, std::string_view reason) {
  if (std::exchange(closing_, true)) return;
  connection_->send(code == close_code::none ? make_frame_head(WebSocketOpcode::close, 0)
                                             : make_close_frame(code, reason));
  connection_->close();
}

void WebSocket::on_bytes(std::string_view bytes) {
  const Guard guard(*this);
  input_ = bytes;
  while (!closing_) {
    const WebSocketReader::Item item = reader_.next(input_);
    if (item == WebSocketReader::Item::need_more) break;
    handle(item);
    if (guard.gone) return;
  }
  input_ = {};
}

void WebSocket::handle(WebSocketReader::Item item) {
  switch (item) {
    case WebSocketReader::Item::text: {
      const std::string message = reader_.take_message();
      return events_->on_text(message);
    }
    case WebSocketReader::Item::ping:
      if (connection_->queued_bytes() > unsent_pong_bytes_max) return;
      return connection_->send(make_frame_head(WebSocketOpcode::pong, reader_.control().size()) +
                               std::string(reader_.control()));
    case WebSocketReader::Item::binary:
      why_ = "the peer sent a binary message";
      return close(close_code::unsupported, "only text is spoken here");
    case WebSocketReader::Item::close: why_ = "the peer closed the WebSocket"; return close(reader_.close_code());
    case WebSocketReader::Item::failed:
      if (reader_.close_code() == close_code::too_big && events_->on_too_big()) return;
      why_ = "the peer broke the WebSocket protocol (" + std::to_string(reader_.close_code()) + ")";
      return close(reader_.close_code());
    case WebSocketReader::Item::pong:
    case WebSocketReader::Item::need_more: return;
  }
}

void WebSocket::on_closed(std::string_view why) {
  closing_ = true;
  const std::string reason = why_.empty() ? std::string(why) : why_;
  events_->on_closed(reason);
}

void WebSocket::on_drained() { events_->on_drained(); }

void WebSocket::move_to(net::Loop& other, std::function<void()> arrived) {
  moved_ = std::exchange(input_, {});
  Guard::forget(*this);
  connection_->move_to(other, [this, arrived = std::move(arrived)] { arrive(arrived); });
}

void WebSocket::arrive(const std::function<void()>& arrived) {
  const Guard guard(*this);
  arrived();
  if (guard.gone || moved_.empty()) return;
  const std::string bytes = std::exchange(moved_, std::string());
  on_bytes(bytes);
}

}  // namespace teahouse::http
