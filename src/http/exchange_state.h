// The insides of a Client and its exchanges. Only for client.cc (requests, whole answers) and exchange.cc (an
// exchange's life).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/home_checker.h"
#include "http/client.h"
#include "http/connection_pool.h"
#include "http/response_reader.h"
#include "http/url.h"
#include "net/connect.h"
#include "net/connection.h"

namespace teahouse::http {

struct Client::State {
  State(net::Loop& home, net::Dns& names, net::TlsTrust trusted, ClientOptions chosen)
      : loop(home),
        dns(names),
        trust(std::move(trusted)),
        options(std::move(chosen)),
        pool(loop, options.per_host_max, options.idle_max, options.idle_timeout_ms) {}

  net::Loop& loop;
  net::Dns& dns;
  net::TlsTrust trust;
  ClientOptions options;
  ConnectionPool pool;
  size_t exchanges = 0;
};

struct Exchange::State final : net::TurnEndWork, net::Connection::Events, ConnectionPool::Waiter {
  // fresh: not begun. queued: waits for its place at the host. sending: the request is not with the kernel yet.
  // waiting: for the answer's head. receiving: its body.
  enum class Stage : uint8_t { fresh, queued, connecting, sending, waiting, receiving, over };

  using Owner = Exchange::Events;

  State(Client::State& client, ClientRequest asked, Owner& told);
  ~State() override;

  void on_turn_end() override;
  void on_place(std::unique_ptr<net::Connection> connection) override;
  void on_bytes(std::string_view bytes) override;
  void on_drained() override;
  bool on_peer_done() override;
  void on_closed(std::string_view why) override;

  void connect();
  void use(std::unique_ptr<net::Connection> connected);
  void send_body(std::string bytes);
  void write(std::string bytes);
  void finish();
  bool can_ask_again() const;
  void process();
  void set_stage(Stage next);
  void set_deadline();
  void on_timer();
  void on_expired();
  std::unique_ptr<net::Connection> leave();  // its end; nothing is told
  void complete();
  void fail(ErrorKind kind, std::string text);

  Client::State& client;
  ClientRequest request;
  Owner* events;
  std::unique_ptr<Owner> collector;  // fetch()'s
  std::optional<Error> refusal;      // told at the turn's end
  Url url;
  std::string key;   // the pool's
  std::string head;  // of the request
  net::Connecting connecting;
  std::unique_ptr<net::Connection> connection;
  ResponseReader reader;
  net::Timer timer;
  int64_t timer_due_ms = 0;
  int64_t deadline_ms = 0;
  int64_t end_ms = std::numeric_limits<int64_t>::max();  // when the whole must be done
  std::string unsent;                                    // written before there was a connection
  uint64_t written = 0;                                  // of a streamed body
  size_t stage_bytes = 0;                                // were queued when the deadline was set
  bool* gone = nullptr;                                  // told when destroyed in its own call-back
  Stage stage = Stage::fresh;
  bool has_place = false;
  bool is_reused = false;  // the connection served another exchange before
  bool is_sent = false;    // the request is whole
  bool peer_done = false;  // the other side has ended in order
  bool paused = false;
  HomeChecker checker;
};

}  // namespace teahouse::http
