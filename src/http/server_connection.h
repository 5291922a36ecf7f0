// ServerConnection: one connection of a Server. Only for server.cc, server_connection.cc, request_body.cc and
// answer_stream.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/task.h"
#include "http/answer_stream.h"
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
  void when_peer_leaves(uint64_t serial, std::function<void()> work);
  Responder::Taken take_connection(uint64_t serial);

  RequestBody take_body(uint64_t serial, RequestBody::Events& events);
  void pause_body(uint64_t serial);
  void resume_body(uint64_t serial);
  void drop_body(uint64_t serial);

  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  void on_drained() override;
  bool on_peer_done() override;

 private:
  enum class Stage { idle, head, body, busy, writing, closing };
  enum class Body : uint8_t { none, offered, flows, paused, refused, passed };  // the streamed one (request_body.cc)

  void process();
  bool process_step();
  bool wait_for_more();
  void handle_head();
  void handle_request(Request request);
  bool owes() const { return busy_ || stream_; }
  bool is_asked(uint64_t serial) const { return busy_ && serial == serial_ && connection_ && server_; }
  void say_continue();

  // request_body.cc
  bool may_read() const;
  void process_soon();
  void hand_on_body();
  void complete_body();
  bool passes_body();
  void fail_body(int status, std::string_view text);
  void fail_body(const Error& error);

  // answer_stream.cc
  void start_stream(AnswerStream stream);
  bool is_sending(const AnswerStream& stream) const;
  static Task<void> send_stream(std::shared_ptr<ServerConnection> self, std::shared_ptr<AnswerStream> stream);
  bool takes_more();
  void send_piece(Result<SharedBytes> bytes);
  void send_part();
  void end_stream();
  void break_off(std::string_view why);

  void answer_failure(int status, std::string_view text);
  void write(Response response, bool close_after);
  void close_after_writing();
  Stage find_stage() const;
  void update_stage();
  size_t unsent() const;
  void set_deadline(int64_t delay_ms);
  void on_timer();
  void on_expired();
  void remove();
  void tell_peer_left();

  Server::State* server_;  // nullptr once detached
  std::unique_ptr<net::Connection> connection_;
  RequestReader reader_;
  net::Timer timer_;
  int64_t timer_due_ms_ = 0;
  int64_t deadline_ms_ = 0;
  size_t stage_bytes_ = 0;  // progress within the stage when the deadline was set
  uint64_t serial_ = 0;     // of the request that is being handled
  RequestBody::Events* body_events_ = nullptr;
  std::shared_ptr<AnswerStream> stream_;
  Stage stage_ = Stage::closing;
  Body body_ = Body::none;
  bool busy_ = false;
  bool processing_ = false;
  bool closing_ = false;
  bool paused_ = false;
  bool peer_done_ = false;
  bool keep_alive_ = true;  // what the request that is being handled wants
  bool is_head_ = false;    // its method
  bool is_http_10_ = false;
  std::function<void()> peer_left_;
  Request failed_request_;  // what the answer to a dropped Responder needs
};

}  // namespace teahouse::http
