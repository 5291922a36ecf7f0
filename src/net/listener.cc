#include "net/listener.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "net/address.h"
#include "net/socket_options.h"
#include "net/strangers.h"

namespace teahouse::net {

namespace {

constexpr int accepts_a_turn = 64;  // so that a crowd at the door does not starve those inside
constexpr int64_t exhausted_pause_ms = 200;
constexpr int backlog = 4096;

bool is_exhaustion(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

Error listen_error(const std::string& address, int error) {
  const ErrorKind kind = error == EADDRINUSE ? ErrorKind::conflict
                         : error == EACCES   ? ErrorKind::forbidden
                                             : ErrorKind::service_unavailable;
  return {kind, "cannot listen on " + address + ": " + std::strerror(error)};
}

// A bound, listening socket, or a negative errno.
int open_socket(const SocketAddress& address, Listener::Port port) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  const int on = 1;
  const int v6_only = address.both_families ? 0 : 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  // Bound before sharing is allowed, a port that any other process listens on is refused, another server of the same
  // user's too; those that are to share it find it allowed on all.
  if (port == Listener::Port::shared) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(fd, address.raw(), address.size) == 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
      ::listen(fd, backlog) == 0) {
    return fd;
  }
  const int error = errno;
  ::close(fd);
  return -error;
}

}  // namespace

struct Listener::State final : Pollable {
  State(Loop& home, int socket, Accept to, Strangers* all)
      : loop(home), fd(socket), accept(std::move(to)), strangers(all) {
    loop.watch(fd, EPOLLIN, *this, Rank::first);
  }
  ~State() override {
    close();
    if (gone) *gone = true;
  }

  void on_ready(uint32_t events) override;
  void pause(int error);
  void close() {
    if (fd < 0) return;
    pause_timer.stop();
    loop.unwatch(fd);
    ::close(fd);
    fd = -1;
  }

  Loop& loop;
  int fd;
  uint16_t port = 0;
  Accept accept;
  Strangers* strangers;
  Timer pause_timer;
  bool exhausted = false;  // and said so
  bool* gone = nullptr;    // told when destroyed in its own call-back
};

void Listener::State::on_ready(uint32_t /*events*/) {
  bool destroyed = false;
  gone = &destroyed;
  for (int i = 0; i < accepts_a_turn; ++i) {
    if (strangers && !strangers->can_make_space()) {
      pause(EMFILE);
      break;
    }
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket = ::accept4(fd, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (is_exhaustion(errno)) {
        pause(errno);
      } else if (errno == EINTR || errno == ECONNABORTED) {
        continue;  // that one left before its turn
      }
      break;
    }
    exhausted = false;
    set_stream_options(socket);
    if (strangers) strangers->make_room();
    accept(std::make_unique<Connection>(loop, socket, format_ip(peer), strangers));
    if (destroyed) return;
    if (fd < 0) break;  // closed by the call
  }
  gone = nullptr;
}

// The connection stays in the kernel's queue; a level-triggered socket would tell of it without end.
void Listener::State::pause(int error) {
  if (!std::exchange(exhausted, true)) {
    log::error("net", "no connection can be accepted for now; raise the limit on open files (ulimit -n)",
               {{"port", std::to_string(port)}, {"error", std::strerror(error)}});
  }
  loop.rewatch(fd, 0, *this);
  pause_timer = loop.start_timer(exhausted_pause_ms, [this] { loop.rewatch(fd, EPOLLIN, *this); });
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::listen(Loop& loop, const std::string& address, Accept accept, Port port,
                                                   Strangers* strangers) {
  auto parsed = parse_address(address);
  if (!parsed) return parsed.error();
  int fd = open_socket(*parsed, port);
  if (fd == -EAFNOSUPPORT && parsed->both_families) {  // a kernel without IPv6
    parsed = parse_address("0.0.0.0" + address.substr(1));
    if (!parsed) return parsed.error();
    fd = open_socket(*parsed, port);
  }
  if (fd < 0) return listen_error(address, -fd);
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  auto state = std::make_unique<State>(loop, fd, std::move(accept), strangers);
  state->port = port_of(bound);
  // tidy: allow new: make_unique cannot call a private constructor
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

uint16_t Listener::port() const { return state_->port; }
void Listener::close() { state_->close(); }

}  // namespace teahouse::net
