// Server: HTTP/1.1 on accepted connections of one loop: keep-alive, pipelining (one request at a time a connection),
// time-outs.
//
// Thread: its loop; each loop has its own. Lifetime: loop and handler outlive it.
// Owns: the attached connections, until they end or a Responder takes one for an upgrade.
// Limits: RequestReader's; BodyRule's; 60 s idle or without the peer taking its answer; 30 s for a head and for each
// 16 KiB of a body; 128 KiB of a streamed body that its handler has not taken; 256 KiB read of a BodySource, and 1 MiB
// of other answers, that a peer has not taken: then its further requests wait.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/message.h"
#include "http/request_body.h"
#include "net/connection.h"
#include "net/loop.h"
#include "net/networks.h"

namespace teahouse::http {

class ServerConnection;

// The duty to answer one request. Answers exactly once: a second send() is ignored, a dropped Responder answers 500.
// Thread: any; the answer happens on the connection's loop. Harmless when the connection, or the server, is gone.
class Responder {
 public:
  Responder() = default;
  Responder(std::weak_ptr<ServerConnection> connection, net::Loop& loop, uint64_t serial);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  void send(Response response);
  // Calls back, once and on the connection's loop, when the peer has closed its side or is gone before the answer: it
  // need not be waited for. At once where that is so already. REQUIRES: called on its loop.
  void when_peer_leaves(std::function<void()> work);

  // Begins to take a streamed body; a client that asked whether to send it (Expect: 100-continue) is told to. Empty
  // when the connection is gone. REQUIRES: called on its loop, once; the handler's BodyRule said so.
  RequestBody take_body(RequestBody::Events& events);

  // The connection itself, for an upgrade, and the bytes that came after the request. Nothing is answered. Empty when
  // the connection is gone. REQUIRES: called on its loop.
  struct Taken {
    std::unique_ptr<net::Connection> connection;
    std::string rest;
  };
  Taken take_connection();

 private:
  void drop();

  std::weak_ptr<ServerConnection> connection_;
  net::Loop* loop_ = nullptr;
  uint64_t serial_ = 0;
};

// Answers requests.
class Handler {
 public:
  virtual ~Handler() = default;
  // How large this request's body may be, and how it is to come; all but the body is known.
  virtual BodyRule body_rule(const Request& /*head*/) const { return {}; }
  virtual void on_request(Request request, Responder responder) = 0;
};

struct ServerOptions {
  std::string name = "Teahouse";  // the Server header
  int64_t idle_timeout_ms = 60'000;
  int64_t read_timeout_ms = 30'000;   // a head; 16 KiB of a body
  int64_t write_timeout_ms = 60'000;  // without any progress
  net::Networks trusted_proxies;      // whose word on where a request comes from is believed (forwarded.h)
};

class Server {
 public:
  Server(net::Loop& loop, Handler& handler, ServerOptions options = {});
  ~Server();  // aborts its connections
  Server(const Server&) = delete;

  // An accepted connection, start_tls() perhaps called, start() not.
  void attach(std::unique_ptr<net::Connection> connection);
  // The same for one that another protocol had begun to read: `bytes` is what it read.
  void attach_started(std::unique_ptr<net::Connection> connection, std::string_view bytes);
  void close();  // idle connections end now, busy ones after their answer
  size_t connections() const;
  // Somebody has begun a request, and has not got the whole answer.
  bool owes_answers() const;

 private:
  friend class ServerConnection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::http
