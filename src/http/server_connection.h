// ServerConnection: one connection of a Server. Only for server.cc and server_connection.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "http/request_reader.h"
#include "http/server.h"

namespace teahouse::http {

struct Server::State {
  State(net::Loop& home, Handler& answering, ServerOptions chosen)
      : loop(home), handler(answering), options(std::move(chosen)) {}

  net::Loop& loop;
  Handler& handler;
  ServerOptions options;
  std::unordered_map<ServerConnection*, std::shared_ptr<ServerConnection>> connections;
  bool closing = false;
  bool told_of_proxy = false;  // that there seems to be one that is not trusted
  int64_t date_s = -1;
  std::string date;  // "Sun, 06 Nov 1994 08:49:37 GMT", made once a second

  const std::string& date_now();
};

class ServerConnection final : public net::Connection::Events, public std::enable_shared_from_this<ServerConnection> {
 public:
  ServerConnection(Server::State& server, std::unique_ptr<net::Connection> connection);

  void start();
  void take_over(std::string_view bytes);  // start() for a connection that is started
  void detach();                           // the server goes: ends at once
  void close_when_idle();
  bool owes_answer() const;

  void answer(uint64_t serial, Response response);
  void answer_dropped(uint64_t serial);
  Responder::Taken take_connection(uint64_t serial);

  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  void on_drained() override;
  bool on_peer_done() override;

 private:
  enum class Stage { idle, head, body, busy, writing, closing };

  void process();
  bool process_step();
  void handle_head();
  void handle_request();
  void answer_failure(int status, std::string_view text);
  void write(Response response, bool close_after);
  void close_after_writing();
  void update_stage();
  void set_deadline(int64_t delay_ms);
  void on_timer();
  void on_expired();
  void remove();

  Server::State* server_;  // nullptr once detached
  std::unique_ptr<net::Connection> connection_;
  RequestReader reader_;
  net::Timer timer_;
  int64_t timer_due_ms_ = 0;
  int64_t deadline_ms_ = 0;
  size_t stage_bytes_ = 0;  // progress within the stage when the deadline was set
  uint64_t serial_ = 0;     // of the request that is being handled
  Stage stage_ = Stage::closing;
  bool busy_ = false;
  bool processing_ = false;
  bool closing_ = false;
  bool paused_ = false;
  bool peer_done_ = false;
  bool keep_alive_ = true;  // what the request that is being handled wants
  bool is_head_ = false;    // its method
  Request failed_request_;  // what the answer to a dropped Responder needs
};

}  // namespace teahouse::http
