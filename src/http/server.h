// Server: HTTP/1.1 on accepted connections of one loop: keep-alive, pipelining (one request at a time a connection),
// time-outs.
//
// Thread: its loop; each loop has its own. Lifetime: loop and handler outlive it.
// Owns: the attached connections, until they end or a Responder takes one for an upgrade.
// Limits: RequestReader's; 60 s idle or without the peer taking its answer; 30 s for a head and for each 16 KiB of a
// body; 1 MiB of answers a peer has not taken, then its further requests wait.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/message.h"
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
  static constexpr size_t default_body_bytes_max = 1024 * 1024;
  virtual ~Handler() = default;
  // How large this request's body may be; all but the body is known.
  virtual size_t body_bytes_max(const Request& /*head*/) const { return default_body_bytes_max; }
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
