// An exchange's life: fresh -> queued -> connecting -> sending -> waiting -> receiving -> over. The first step is taken
// at the end of the turn, so that no call of the owner's calls back. A kept connection may be closed by the other
// server just when a request leaves on it; one that may be repeated is then asked once more, on a new connection (RFC
// 9110 section 9.2.2).
//
// One timer serves all deadlines: it is moved forward only when one comes nearer, otherwise it looks again when it
// fires.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "http/exchange_state.h"

namespace teahouse::http {

namespace {

constexpr int64_t never_ms = std::numeric_limits<int64_t>::max();

std::string make_chunk(const std::string& bytes) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + bytes + "\r\n";
}

bool may_be_repeated(const std::string& method) {
  constexpr std::array<std::string_view, 5> idempotent = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
  return std::ranges::find(idempotent, method) != idempotent.end();
}

}  // namespace

Exchange::State::State(Client::State& of, ClientRequest asked, Owner& told)
    : client(of), request(std::move(asked)), events(&told) {
  ++client.exchanges;
}

Exchange::State::~State() {
  if (gone) *gone = true;
  leave();
}

void Exchange::State::on_turn_end() {
  checker.check();
  if (stage != Stage::fresh) return process();  // resumed
  if (refusal) return fail(refusal->kind, refusal->text);
  if (request.timeout_ms > 0) end_ms = client.loop.clock().monotonic_ms() + request.timeout_ms;
  set_stage(Stage::queued);
  client.pool.ask(key, *this);
}

void Exchange::State::on_place(std::unique_ptr<net::Connection> kept) {
  has_place = true;
  is_reused = kept != nullptr;
  kept ? use(std::move(kept)) : connect();
}

void Exchange::State::connect() {
  set_stage(Stage::connecting);
  net::Destination to;
  to.host = url.host;
  to.port = url.port;
  if (url.secure) to.tls = net::TlsClient{client.trust, url.host, {"http/1.1"}};
  to.guard = client.options.guard;
  to.timeout_ms = request.connect_timeout_ms;
  connecting = net::connect(client.loop, client.dns, std::move(to), [this](auto connected) {
    if (!connected) return fail(connected.error().kind, connected.error().text);
    use(std::move(*connected));
  });
}

void Exchange::State::use(std::unique_ptr<net::Connection> connected) {
  connection = std::move(connected);
  connection->start(*this);
  if (paused) connection->pause();
  reader.begin(request.method == "HEAD", request.answer_bytes_max);
  connection->send(head);
  if (!request.is_streamed) {
    connection->send(request.body);
    is_sent = true;
  } else if (!unsent.empty()) {
    connection->send(std::exchange(unsent, {}));
  }
  set_stage(Stage::sending);
}

void Exchange::State::send_body(std::string bytes) {
  if (!connection) {
    unsent += bytes;
    return;
  }
  connection->send(std::move(bytes));
  set_deadline();
}

void Exchange::State::write(std::string bytes) {
  checker.check();
  if (stage == Stage::over || is_sent || !request.is_streamed || bytes.empty()) return;
  written += bytes.size();
  if (request.body_bytes && written > *request.body_bytes) return finish();
  send_body(request.body_bytes ? std::move(bytes) : make_chunk(bytes));
}

void Exchange::State::finish() {
  checker.check();
  if (stage == Stage::over || is_sent || !request.is_streamed) return;
  if (request.body_bytes && written != *request.body_bytes) {
    refusal = {ErrorKind::bad_request, "the request's body is not as long as was said"};
    client.loop.at_turn_end(*this);
    return;
  }
  is_sent = true;
  if (!request.body_bytes) send_body("0\r\n\r\n");
  if (stage == Stage::sending && connection->queued_bytes() == 0) set_stage(Stage::waiting);
}

void Exchange::State::on_drained() {
  if (is_sent && stage == Stage::sending) return set_stage(Stage::waiting);
  if (is_sent) return;
  set_deadline();
  events->on_writable();
}

void Exchange::State::on_bytes(std::string_view bytes) {
  checker.check();
  reader.append(bytes);
  process();
}

bool Exchange::State::on_peer_done() {
  peer_done = true;
  return false;
}

bool Exchange::State::can_ask_again() const {
  return is_reused && !reader.has_begun() && may_be_repeated(request.method) && !request.is_streamed;
}

void Exchange::State::on_closed(std::string_view why) {
  checker.check();
  if (can_ask_again()) {
    is_reused = is_sent = peer_done = false;
    connection.reset();
    return connect();
  }
  const std::string reason(why);
  if (!reader.has_begun()) {
    return fail(ErrorKind::service_unavailable, url.host + " closed before it answered: " + reason);
  }
  if (!peer_done) return fail(ErrorKind::service_unavailable, "the answer of " + url.host + " broke off: " + reason);
  reader.end();
  process();
}

void Exchange::State::process() {
  if (refusal) return fail(refusal->kind, refusal->text);
  bool destroyed = false;
  bool more = !paused && connection;
  gone = &destroyed;
  while (more && !paused) {
    switch (reader.advance()) {
      case ResponseReader::Step::need_more: more = false; break;
      case ResponseReader::Step::head:
        set_stage(Stage::receiving);
        events->on_head(reader.take_head());
        break;
      case ResponseReader::Step::body: events->on_body(reader.take_body()); break;
      case ResponseReader::Step::complete: gone = nullptr; return complete();
      case ResponseReader::Step::failed:
        gone = nullptr;
        return fail(ErrorKind::service_unavailable,
                    "the answer of " + url.host + " cannot be taken: " + reader.failure());
    }
    if (destroyed) return;
  }
  gone = nullptr;
  set_deadline();
}

void Exchange::State::set_stage(Stage next) {
  stage = next;
  set_deadline();
}

void Exchange::State::set_deadline() {
  if (stage == Stage::over) return;
  const int64_t now_ms = client.loop.clock().monotonic_ms();
  stage_bytes = connection ? connection->queued_bytes() : 0;
  int64_t stage_ms = never_ms;
  if (stage == Stage::waiting) stage_ms = request.first_byte_timeout_ms;
  if (stage == Stage::receiving && !paused) stage_ms = request.idle_timeout_ms;
  if (stage == Stage::sending && (is_sent || stage_bytes > 0)) stage_ms = request.idle_timeout_ms;
  deadline_ms = stage_ms == never_ms ? end_ms : std::min(end_ms, now_ms + stage_ms);
  if (deadline_ms == never_ms || (timer.running() && timer_due_ms <= deadline_ms)) return;
  timer_due_ms = deadline_ms;
  timer = client.loop.start_timer(deadline_ms - now_ms, [this] { on_timer(); });
}

void Exchange::State::on_timer() {
  if (deadline_ms == never_ms) return;
  const int64_t left_ms = deadline_ms - client.loop.clock().monotonic_ms();
  if (left_ms <= 0) return on_expired();
  timer_due_ms = deadline_ms;
  timer = client.loop.start_timer(left_ms, [this] { on_timer(); });
}

void Exchange::State::on_expired() {
  const bool is_whole = client.loop.clock().monotonic_ms() >= end_ms;
  if (!is_whole && stage == Stage::sending && connection->queued_bytes() != stage_bytes) {
    return set_deadline();  // the other side takes some, slowly
  }
  fail(ErrorKind::remote_server_timeout, url.host + " did not answer in time");
}

std::unique_ptr<net::Connection> Exchange::State::leave() {
  if (stage == Stage::over) return nullptr;
  stage = Stage::over;
  --client.exchanges;
  timer.stop();
  stop_turn_end();
  Waiter::unlink();
  const auto attempt = std::move(connecting);
  auto left = std::move(connection);
  const bool is_reusable = left && is_sent && reader.is_reusable() && left->queued_bytes() == 0 && !left->is_closing();
  if (has_place) client.pool.give_back(key, is_reusable ? std::move(left) : nullptr);
  return left;
}

// The calls may destroy this. A connection that ends is kept until they are made: it may be what calls.
void Exchange::State::complete() {
  const auto ended = leave();
  events->on_complete();
}

void Exchange::State::fail(ErrorKind kind, std::string text) {
  const Error error{kind, std::move(text)};
  const auto ended = leave();
  events->on_failed(error);
}

Exchange::Exchange() = default;
Exchange::Exchange(std::unique_ptr<State> state) : state_(std::move(state)) {}
Exchange::Exchange(Exchange&&) noexcept = default;
Exchange& Exchange::operator=(Exchange&&) noexcept = default;
Exchange::~Exchange() = default;

void Exchange::write(std::string bytes) { state_->write(std::move(bytes)); }
void Exchange::finish() { state_->finish(); }

size_t Exchange::queued_bytes() const {
  return state_->unsent.size() + (state_->connection ? state_->connection->queued_bytes() : 0);
}

void Exchange::pause() {
  state_->paused = true;
  if (state_->connection) state_->connection->pause();
}

void Exchange::resume() {
  if (!std::exchange(state_->paused, false) || !state_->connection) return;
  state_->connection->resume();
  state_->client.loop.at_turn_end(*state_);
}

}  // namespace teahouse::http
