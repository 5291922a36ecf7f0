// WebSocket: whole text messages over an upgraded connection.
//
// Thread: the connection's home; move_to() changes it. An idle one holds no buffer.
// Limits: WebSocketLimits; bytes that are queued and not written are bounded by the owner, who asks
// connection().queued_bytes(). Errors: a peer's fault closes with 1002, 1003 (a binary message), 1007 or 1009.
// Spec: RFC 6455, no extensions.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "http/server.h"
#include "http/websocket_codec.h"
#include "net/connection.h"

namespace teahouse::http {

struct WebSocketOptions {
  std::string subprotocol = "xmpp";  // the client must offer it; empty: none is asked for
  WebSocketLimits limits;
};

class WebSocket final : private net::Connection::Events {
 public:
  // The owner's call-backs. Any of them may close, move or destroy the WebSocket. They never come out of a call of the
  // owner's.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_text(std::string_view message) = 0;  // UTF-8; valid during the call
    virtual void on_closed(std::string_view why) = 0;    // once; not after the owner destroyed it
    virtual void on_drained() {}
    // A message is larger than the limits allow, and nothing follows. False: the WebSocket closes with 1009. True: the
    // owner says so in its own words, and closes.
    virtual bool on_too_big() { return false; }
  };

  // Answers the handshake and takes the connection over. Errors: the request is no good handshake, and the responder
  // has answered so; or the connection is gone, or sent more than its handshake and is closed without an answer.
  // REQUIRES: the caller looked at Origin, if it lets in only some; called on the connection's loop.
  static Result<std::unique_ptr<WebSocket>> accept(const Request& request, Responder responder,
                                                   WebSocketOptions options, Events& events);
  ~WebSocket() override;  // aborts
  WebSocket(const WebSocket&) = delete;

  void set_events(Events& events) { events_ = &events; }

  // Sends one message out of these slices, which are not copied.
  void send_text(std::span<const SharedBytes> slices);
  void send_text(std::string message);
  void send_ping();  // a peer that lives answers; on_closed comes when TCP finds that it does not

  void set_limits(const WebSocketLimits& limits) { reader_.set_limits(limits); }  // from the next frame on

  // Writes what is queued, then the close frame, then closes. on_closed follows.
  void close(uint16_t code = close_code::normal, std::string_view reason = {});

  // Moves as Connection::move_to() does; messages that came with the one that is being handled arrive on the other
  // loop, after `arrived`.
  void move_to(net::Loop& other, std::function<void()> arrived);
  // The connection, for peer_address(), queued_bytes(), pause(), resume(), home() ...; not for move_to() and send().
  net::Connection& connection() { return *connection_; }

 private:
  struct Guard;
  WebSocket(std::unique_ptr<net::Connection> connection, const WebSocketOptions& options, Events& events);

  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  void on_drained() override;

  void handle(WebSocketReader::Item item);
  void arrive(const std::function<void()>& arrived);

  std::unique_ptr<net::Connection> connection_;
  Events* events_;
  WebSocketReader reader_;
  std::string_view input_;  // bytes that on_bytes has not handled yet
  std::string moved_;       // the same, between two loops
  std::string why_;
  Guard* guards_ = nullptr;
  bool closing_ = false;
};

}  // namespace teahouse::http
