// One request at a time: while a handler has one (busy_), further bytes wait in the reader, but those of a streamed
// body (request_body.cc), and reading pauses when they are many. The stage says what the peer owes us next; each stage
// has its deadline, and one timer serves them all: it is moved forward only when a deadline comes nearer, otherwise it
// looks again when it fires.
#include "http/server_connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "http/forwarded.h"
#include "http/problem.h"

namespace teahouse::http {

namespace {

constexpr size_t waiting_bytes_max = 64 * 1024;   // received while a request is being handled
constexpr size_t unsent_bytes_max = 1024 * 1024;  // answered and not taken
constexpr size_t body_bytes_a_deadline = 16 * 1024;

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  const size_t start = head.size();
  head += value;
  for (size_t i = start; i < head.size(); ++i) {
    if (head[i] == '\r' || head[i] == '\n' || head[i] == '\0') head[i] = ' ';  // nobody splits our answers
  }
  head += "\r\n";
}

}  // namespace

ServerConnection::ServerConnection(Server::State& server, std::unique_ptr<net::Connection> connection)
    : server_(&server), connection_(std::move(connection)) {}

void ServerConnection::start() {
  connection_->set_rank(net::Rank::first);
  connection_->start(*this);
  update_stage();
}

void ServerConnection::take_over(std::string_view bytes) {
  connection_->set_rank(net::Rank::first);
  connection_->set_events(*this);
  on_bytes(bytes);
}

void ServerConnection::detach() {
  peer_left_ = nullptr;  // the server ends what waits
  server_ = nullptr;
  timer_.stop();
  stream_.reset();
  connection_.reset();
}

void ServerConnection::remove() {
  timer_.stop();
  if (server_) std::exchange(server_, nullptr)->connections.erase(this);
}

void ServerConnection::close_when_idle() {
  if (!connection_ || owes() || !reader_.is_idle()) return;  // the others find server_->closing
  close_after_writing();
}

bool ServerConnection::owes_answer() const {
  if (!connection_) return false;
  return connection_->queued_bytes() > 0 || (!closing_ && (owes() || !reader_.is_idle()));
}

void ServerConnection::on_bytes(std::string_view bytes) {
  reader_.append(bytes);
  process();
}

void ServerConnection::on_closed(std::string_view /*why*/) {
  const auto self = shared_from_this();
  closing_ = true;
  stream_.reset();
  tell_peer_left();
  remove();
  if (body_ != Body::none)
    fail_body({ErrorKind::recipient_unavailable, "the client went away before the end of its request's body"});
}

void ServerConnection::on_drained() {
  if (stream_ && !stream_->is_reading) {
    spawn(send_stream(shared_from_this(), stream_));
  } else {
    process();
  }
}

// A peer that sends a request and then closes its side waits for the answer all the same.
bool ServerConnection::on_peer_done() {
  if (!owes() && connection_->queued_bytes() == 0) return false;
  keep_alive_ = false;
  peer_done_ = true;
  tell_peer_left();
  if (!owes()) close_after_writing();
  if (body_ != Body::none) process();  // one that is not whole never will be
  return true;
}

void ServerConnection::when_peer_leaves(uint64_t serial, std::function<void()> work) {
  peer_left_ = std::move(work);
  if (!is_asked(serial) || peer_done_) tell_peer_left();
}

// It may ask this connection for something.
void ServerConnection::tell_peer_left() {
  if (auto work = std::exchange(peer_left_, nullptr)) work();
}

void ServerConnection::close_after_writing() {
  closing_ = true;
  connection_->close();
}

void ServerConnection::process() {
  if (std::exchange(processing_, true)) return;  // the loop below goes on
  const auto self = shared_from_this();
  while (connection_ && server_ && !closing_ && may_read() && process_step()) {}
  processing_ = false;
  if (!connection_ || !server_) return;
  const bool pause = reader_.buffered_bytes() > waiting_bytes_max;
  if (pause != paused_) {
    paused_ = pause;
    pause ? connection_->pause() : connection_->resume();
  }
  update_stage();
}

// False when nothing can be done for now.
bool ServerConnection::process_step() {
  if (connection_->queued_bytes() > unsent_bytes_max) return false;
  switch (reader_.advance()) {
    case RequestReader::Step::need_more: return wait_for_more();
    case RequestReader::Step::head: handle_head(); return true;
    case RequestReader::Step::body: hand_on_body(); return true;
    case RequestReader::Step::complete:
      body_ == Body::none ? handle_request(reader_.take_request()) : complete_body();
      return true;
    case RequestReader::Step::failed: answer_failure(reader_.failure().status, reader_.failure().text); return false;
  }
  return false;
}

bool ServerConnection::wait_for_more() {
  if (peer_done_ && body_ != Body::none) answer_failure(400, "The request's body is shorter than was said.");
  return false;
}

void ServerConnection::handle_head() {
  Request& request = reader_.request();
  request.id = random_token(16);
  const std::string& peer = connection_->peer_address();
  const net::Networks& trusted = server_->options.trusted_proxies;
  if (!server_->told_of_proxy && request.headers.find("X-Forwarded-For") && !trusted.contains(peer)) {
    server_->told_of_proxy = true;
    log::warning(
        "http",
        "A request came with X-Forwarded-For, which is not believed; if a proxy stands in front, name its "
        "address in public.trusted_proxies (teahouse.toml), or all who come through it count as one visitor, and "
        "are offered neither PLAIN nor site tokens over WebSocket",
        {{"address", peer}});
  }
  Sender sender = find_sender(trusted, peer, connection_->is_secure(), request.headers);
  request.peer_address = std::move(sender.address);
  request.secure = sender.secure;
  request.forwarded = sender.forwarded;
  const BodyRule rule = server_->handler.body_rule(request);
  reader_.allow_body(rule.bytes_max, rule.is_streamed);
  if (!reader_.in_body()) return;  // it is too large
  if (rule.is_streamed) {
    body_ = Body::offered;
    handle_request(reader_.take_head());
  } else if (reader_.expects_continue()) {
    say_continue();
  }
}

void ServerConnection::say_continue() { connection_->send(std::string("HTTP/1.1 100 Continue\r\n\r\n")); }

void ServerConnection::handle_request(Request request) {
  busy_ = true;
  ++serial_;
  keep_alive_ = request.keep_alive;
  is_head_ = request.method == "HEAD";
  is_http_10_ = request.is_http_10;
  failed_request_ = Request();
  failed_request_.id = request.id;
  if (const std::string* accept = request.headers.find("Accept")) failed_request_.headers.add("Accept", *accept);
  server_->handler.on_request(std::move(request), Responder(weak_from_this(), server_->loop, serial_));
}

void ServerConnection::answer(uint64_t serial, Response response) {
  if (!is_asked(serial)) return;
  busy_ = false;
  peer_left_ = nullptr;
  const bool ends_early = body_ != Body::none && !passes_body();
  write(std::move(response), ends_early || !keep_alive_ || server_->closing);
  process();
}

void ServerConnection::answer_dropped(uint64_t serial) {
  answer(serial, make_problem(failed_request_, 500, to_string(ErrorKind::internal_server_error),
                              "The request was not answered; the server's log may say why."));
}

void ServerConnection::answer_failure(int status, std::string_view text) {
  if (body_ == Body::passed) return close_after_writing();  // its request is answered
  Request& request = body_ == Body::none ? reader_.request() : failed_request_;
  is_head_ = is_head_ && body_ != Body::none;
  if (request.id.empty()) request.id = random_token(16);  // its head is not read
  write(make_problem(request, status, text), true);
  if (body_ != Body::none) fail_body(status, text);
}

Responder::Taken ServerConnection::take_connection(uint64_t serial) {
  if (!is_asked(serial) || body_ != Body::none || connection_->is_closing()) return {};
  const auto self = shared_from_this();
  busy_ = false;
  if (peer_done_) {  // another protocol would wait for its end in vain
    close_after_writing();
    return {};
  }
  if (paused_) connection_->resume();
  connection_->set_rank(net::Rank::usual);
  Responder::Taken taken{std::move(connection_), reader_.take_rest()};
  remove();
  return taken;
}

void ServerConnection::write(Response response, bool close_after) {
  const bool has_no_body = response.status == 204 || response.status == 304 || response.status < 200;
  const auto size = response.source ? response.source->size() : response.body.size();
  const bool is_chunked = !size && !is_http_10_;
  close_after = close_after || (!size && !is_chunked);  // the end of the connection is the body's
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + reason_phrase(response.status) + "\r\n";
  append_header(head, "Date", server_->date_now());
  append_header(head, "Server", server_->options.name);
  if (!response.content_type.empty()) append_header(head, "Content-Type", response.content_type);
  if (!has_no_body && size) append_header(head, "Content-Length", std::to_string(*size));
  if (!has_no_body && is_chunked) append_header(head, "Transfer-Encoding", "chunked");
  for (const Header& header : response.headers) append_header(head, header.name, header.value);
  if (close_after) append_header(head, "Connection", "close");
  head += "\r\n";
  connection_->send(std::move(head));
  const bool is_sent = !has_no_body && !is_head_;
  if (is_sent && response.source && size != 0) {
    return start_stream({std::move(response.source), size, 0, is_chunked, close_after});
  }
  if (is_sent) connection_->send(std::move(response.body));
  if (close_after) close_after_writing();
}

// Another number whenever the peer has taken some: a stream that is read on makes up for what it took.
size_t ServerConnection::unsent() const { return connection_->queued_bytes() - (stream_ ? stream_->sent_bytes : 0); }

ServerConnection::Stage ServerConnection::find_stage() const {
  if (closing_) return Stage::closing;
  if (body_ == Body::flows || body_ == Body::paused) return Stage::body;
  if (busy_) return Stage::busy;
  if (connection_->queued_bytes() > 0 || (stream_ && stream_->part.bytes > 0)) return Stage::writing;
  if (stream_) return Stage::busy;
  if (reader_.in_body()) return Stage::body;
  return reader_.is_idle() ? Stage::idle : Stage::head;
}

void ServerConnection::update_stage() {
  const Stage stage = find_stage();
  size_t bytes = 0;
  if (stage == Stage::writing) bytes = unsent();
  if (stage == Stage::body) bytes = reader_.body_bytes() / body_bytes_a_deadline;
  if (stage == stage_ && bytes == stage_bytes_) return;
  stage_ = stage;
  stage_bytes_ = bytes;
  const ServerOptions& options = server_->options;
  switch (stage) {
    case Stage::idle: return set_deadline(options.idle_timeout_ms);
    case Stage::head:
    case Stage::body: return set_deadline(options.read_timeout_ms);
    case Stage::writing: return set_deadline(options.write_timeout_ms);
    case Stage::busy:
    case Stage::closing: return;  // the handler's and the connection's own time; on_expired() knows
  }
}

void ServerConnection::set_deadline(int64_t delay_ms) {
  deadline_ms_ = server_->loop.clock().monotonic_ms() + delay_ms;
  if (timer_.running() && timer_due_ms_ <= deadline_ms_) return;
  timer_due_ms_ = deadline_ms_;
  timer_ = server_->loop.start_timer(delay_ms, [this] { on_timer(); });
}

void ServerConnection::on_timer() {
  const auto self = shared_from_this();
  const int64_t left_ms = deadline_ms_ - server_->loop.clock().monotonic_ms();
  if (left_ms <= 0) return on_expired();
  timer_due_ms_ = deadline_ms_;
  timer_ = server_->loop.start_timer(left_ms, [this] { on_timer(); });
}

void ServerConnection::on_expired() {
  switch (stage_) {
    case Stage::head:
    case Stage::body:
      if (body_ == Body::paused) return set_deadline(server_->options.read_timeout_ms);  // the handler's time
      return answer_failure(408, "The request took too long to arrive.");
    case Stage::writing:
      if (unsent() != stage_bytes_) return update_stage();  // it takes some, slowly
      connection_->abort();
      return remove();
    case Stage::idle: return close_after_writing();
    case Stage::busy:
    case Stage::closing: return;
  }
}

}  // namespace teahouse::http
