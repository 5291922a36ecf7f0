// The life of a connection: fresh -> open -> closing -> lingering -> over. A call of the owner's never calls back: its
// consequences follow at the end of the turn, when the loop calls. A call-back may destroy or move the connection,
// so each one stands in a Guard, and the caller looks at it before touching anything of the connection again.
#include "net/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "net/address.h"
#include "net/connection_state.h"

namespace teahouse::net {

namespace {
constexpr int64_t close_timeout_ms = 5000;
constexpr size_t connection_bytes = 4 * 1024;  // with what its owner keeps for it, about
}  // namespace

Connection::State::State(Loop& loop, int socket, std::string address, Strangers* of)
    : home(&loop),
      strangers(of),
      connections(of ? &of->limit_ : nullptr),
      peer_address(std::move(address)),
      fd(socket) {
  if (!strangers) return;
  ++connections->count_;
  stranger.link_before(strangers->head_);
}

Connection::State::~State() { release(); }

void Connection::State::forget_guards() {
  for (Guard* guard = guards; guard; guard = guard->outer) guard->gone = true;
  guards = nullptr;
}

void Connection::State::release() {
  forget_guards();
  if (phase == Phase::over) return;
  phase = Phase::over;
  admit();
  if (connections) --connections->count_;
  if (!travelling) {
    home->note_freed(connection_bytes + queue.held_bytes());
    stop_turn_end();
    close_timer.stop();
    if (watched) home->unwatch(fd);
  }
  watched = false;
  tls.reset();
  ::close(fd);
  fd = -1;
  queue.clear();
}

void Connection::State::finish(std::string_view why) {
  if (phase == Phase::over) return;
  Events* const told = events;
  const std::string reason(why);  // it may lie in what is released now
  release();
  if (told) told->on_closed(reason);
}

bool Connection::State::wants_bytes() const {
  if (phase == Phase::lingering) return true;
  return phase == Phase::open && !peer_done && plain_left == 0 && (!paused || layer == Layer::handshaking);
}

// EPOLLRDHUP is not asked for: the end of the stream is read like its bytes, after them.
void Connection::State::update_interest() {
  if (phase == Phase::fresh || phase == Phase::over || travelling) return;
  const uint32_t wanted = (wants_bytes() ? uint32_t{EPOLLIN} : 0) | (blocked ? uint32_t{EPOLLOUT} : 0);
  if (!watched) {
    home->watch(fd, wanted, *this, rank);
  } else if (wanted != interest) {
    home->rewatch(fd, wanted, *this);
  }
  watched = true;
  interest = wanted;  // hang-ups are told also when nothing is wanted
}

void Connection::State::on_ready(uint32_t ready) {
  checker.check();
  const Guard guard(*this);
  if (ready & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
    lives = lives || blocked;
    blocked = false;
    flush();
    if (guard.gone) return;
  }
  if (wants_bytes()) {
    if (!read_again) read();  // otherwise the end of this turn reads
  } else if (ready & (EPOLLERR | EPOLLHUP)) {
    return on_hung_up(ready);
  }
  if (!guard.gone) update_interest();
}

// Where both sides have said their end, what the peer said before may still wait in the kernel until we resume.
void Connection::State::on_hung_up(uint32_t ready) {
  const bool was_reset = (ready & EPOLLERR) || !paused || !ends_sending || peer_done;
  if (was_reset) return finish("the connection was reset by the peer");
  home->unwatch(fd);
  watched = false;
}

void Connection::State::on_turn_end() {
  checker.check();
  const Guard guard(*this);
  if (std::exchange(read_again, false) && wants_bytes()) {
    read();
    if (guard.gone) return;
  }
  flush();
  if (!guard.gone) update_interest();
}

void Connection::State::start_close_timer() {
  close_timer =
      home->start_timer(close_timeout_ms, [this] { finish("closed, although the peer did not take everything"); });
}

void Connection::State::close() {
  if (phase != Phase::open && phase != Phase::fresh) return;
  phase = Phase::closing;
  if (layer == Layer::handshaking) {  // what is queued could only go encrypted
    queue.clear();
    plain_left = 0;
  }
  start_close_timer();
  request_turn_end();
}

void Connection::State::linger() {
  phase = Phase::lingering;
  if (layer == Layer::secure) tls->shut_down();
  ::shutdown(fd, SHUT_WR);
  blocked = false;
}

void Connection::State::admit() {
  stranger.unlink();
  strangers = nullptr;
}

void Connection::State::leave() {
  admit();
  forget_guards();
  stop_turn_end();
  close_timer.stop();
  if (watched) home->unwatch(fd);
  watched = false;
  travelling = true;
  checker.release();
}

void Connection::State::arrive() {
  travelling = false;
  checker.check();
  if (phase == Phase::fresh || phase == Phase::over) return;
  if (phase == Phase::closing || phase == Phase::lingering) start_close_timer();
  read_again = layer != Layer::plain;
  update_interest();
  request_turn_end();
}

Connection::Connection(Loop& home, int fd, std::string peer_address, Strangers* strangers)
    : state_(std::make_unique<State>(home, fd, std::move(peer_address), strangers)) {}
Connection::~Connection() = default;

void Connection::start(Events& events) {
  state_->checker.check();
  state_->events = &events;
  if (state_->phase != State::Phase::fresh) return;
  state_->phase = State::Phase::open;
  state_->update_interest();
  if (!state_->queue.empty() || state_->read_again) state_->request_turn_end();
}

void Connection::set_events(Events& events) { state_->events = &events; }

void Connection::send(SharedBytes bytes) { state_->push(std::move(bytes)); }
void Connection::send(std::string bytes) { state_->push(SharedBytes(std::move(bytes))); }
size_t Connection::send_now(std::string_view bytes) { return state_->push_now(bytes); }
std::optional<size_t> Connection::send_file(int file, uint64_t offset, size_t bytes) {
  return state_->send_file(file, offset, bytes);
}
void Connection::end_sending() { state_->end_sending(); }
size_t Connection::queued_bytes() const { return state_->queue.held_bytes(); }

void Connection::start_tls(const TlsContexts& contexts, std::vector<std::string> alpn, std::string default_name,
                           AskedPeers asked) {
  state_->checker.check();
  state_->start_tls(contexts, alpn, std::move(default_name), std::move(asked));
}

void Connection::start_tls(const TlsClient& client) {
  state_->checker.check();
  state_->start_tls(client);
}

void Connection::admit() {
  state_->checker.check();
  state_->admit();
}

bool Connection::is_secure() const { return state_->layer == State::Layer::secure; }
bool Connection::is_distrusted() const { return state_->distrusted; }
std::string Connection::sni() const { return state_->tls ? state_->tls->sni() : std::string(); }
std::string Connection::alpn() const { return state_->tls ? state_->tls->alpn() : std::string(); }
std::string Connection::peer_certificate() const {
  return state_->tls ? state_->tls->peer_certificate() : std::string();
}
std::vector<std::string> Connection::peer_chain() const {
  return state_->tls ? state_->tls->peer_chain() : std::vector<std::string>();
}
std::string Connection::tls_version() const { return state_->tls ? state_->tls->version() : std::string(); }
std::vector<ChannelBinding> Connection::channel_bindings() const {
  return state_->tls ? state_->tls->channel_bindings() : std::vector<ChannelBinding>();
}

bool Connection::take_sign_of_life() { return std::exchange(state_->lives, false); }
bool Connection::has_sign_of_life() const { return state_->lives; }

void Connection::set_rank(Rank rank) {
  state_->checker.check();
  if (std::exchange(state_->rank, rank) == rank) return;
  if (std::exchange(state_->watched, false)) state_->home->unwatch(state_->fd);
  state_->update_interest();
}

void Connection::pause() {
  state_->checker.check();
  if (std::exchange(state_->paused, true)) return;
  state_->update_interest();
}

void Connection::resume() {
  state_->checker.check();
  if (!std::exchange(state_->paused, false) || state_->phase != State::Phase::open) return;
  state_->read_again = state_->layer == State::Layer::secure;
  state_->update_interest();
  if (state_->read_again) state_->request_turn_end();
}

void Connection::close() {
  state_->checker.check();
  state_->close();
}

bool Connection::is_closing() const {
  return state_->phase != State::Phase::fresh && state_->phase != State::Phase::open;
}

void Connection::abort() { state_->release(); }

void Connection::reset() {
  if (state_->phase == State::Phase::over) return;
  const linger none{1, 0};
  ::setsockopt(state_->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  state_->release();
}

void Connection::move_to(Loop& other, std::function<void()> arrived) {
  state_->checker.check();
  state_->leave();
  state_->home = &other;
  other.post([state = state_.get(), arrived = std::move(arrived)] {
    state->arrive();
    arrived();
  });
}

Loop& Connection::home() const { return *state_->home; }
const std::string& Connection::peer_address() const { return state_->peer_address; }
uint16_t Connection::peer_port() const {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(state_->fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return 0;
  return peer.ss_family == AF_INET || peer.ss_family == AF_INET6 ? port_of(peer) : 0;
}

}  // namespace teahouse::net
