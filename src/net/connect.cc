// Two look-ups feed two queues of addresses. An attempt begins when there is an address and no attempt was begun within
// the last 250 ms, or the last one has failed. The first socket that connects wins: all others are closed with it, the
// queries end, and what is left is TLS. Everything hangs on State, so that destroying it is cancelling.
#include "net/connect.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "net/dns_records.h"
#include "net/socket_options.h"

namespace teahouse::net {
namespace {

constexpr int64_t resolution_delay_ms = 50;  // how long IPv4 waits for IPv6 (RFC 8305 section 3)
constexpr int64_t attempt_delay_ms = 250;    // between one attempt and the next (section 5)
constexpr size_t attempts_max = 6;
constexpr size_t addresses_max = 64;

}  // namespace

struct Connecting::State final : TurnEndWork, Connection::Events {
  // One socket on its way.
  struct Attempt final : Pollable {
    Attempt(State& owner, const SocketAddress& to, int socket) : state(owner), address(to), fd(socket) {
      state.loop.watch(fd, EPOLLOUT, *this);
    }
    ~Attempt() override {
      if (fd >= 0) ::close(release());
    }
    int release() {
      state.loop.unwatch(fd);
      return std::exchange(fd, -1);
    }
    void on_ready(uint32_t /*events*/) override { state.on_attempt(*this); }

    State& state;
    SocketAddress address;
    int fd;
  };
  // The known addresses of one family.
  struct Family {
    std::unique_ptr<Dns::Query> query;  // while it is under way
    std::deque<SocketAddress> untried;
  };

  State(Loop& home, Dns& names, Destination destination, Done told)
      : loop(home), dns(names), to(std::move(destination)), done(std::move(told)) {}

  void on_turn_end() override;  // begins
  void look_up(Family& family, DnsType type);
  void on_answer(Family& family, Result<DnsAnswer> answer);
  void try_next();
  std::optional<SocketAddress> take_untried();
  bool attempt(const SocketAddress& address);
  void on_attempt(Attempt& attempt);
  void win(int fd, const SocketAddress& address);
  void note_failure(const SocketAddress& address, int error);
  bool is_looking_up() const { return v6.query || v4.query; }
  void fail(ErrorKind kind, std::string text);
  void finish(Result<std::unique_ptr<Connection>> result);

  void on_bytes(std::string_view /*bytes*/) override {}
  void on_secure() override { finish(std::move(connection)); }
  void on_closed(std::string_view why) override;

  Loop& loop;
  Dns& dns;
  Destination to;
  Done done;
  Family v6, v4;
  bool v4_is_next = false;
  std::vector<std::unique_ptr<Attempt>> attempts;
  std::unique_ptr<Connection> connection;  // during its handshake
  Timer deadline, resolution, pace;
  Error last_error{ErrorKind::remote_server_not_found, "it has no address"};
};

void Connecting::State::on_turn_end() {
  deadline =
      loop.start_timer(to.timeout_ms, [this] { fail(ErrorKind::remote_server_timeout, "it did not answer in time"); });
  if (const auto literal = make_address(to.host, to.port)) {
    (literal->family() == AF_INET6 ? v6 : v4).untried.push_back(*literal);
    return try_next();
  }
  look_up(v6, DnsType::aaaa);
  look_up(v4, DnsType::a);
}

void Connecting::State::look_up(Family& family, DnsType type) {
  family.query = dns.find(to.host, type, [this, &family](auto answer) { on_answer(family, std::move(answer)); });
}

void Connecting::State::on_answer(Family& family, Result<DnsAnswer> answer) {
  const auto query = std::move(family.query);  // it is what calls
  if (answer) {
    auto addresses = read_addresses(*answer, to.port);
    addresses.resize(std::min(addresses.size(), addresses_max / 2));
    std::ranges::move(addresses, std::back_inserter(family.untried));
  } else {
    last_error = answer.error();
  }
  if (pace.running()) return;  // an attempt is under way; this one's turn comes
  if (&family == &v4 && v6.query && !v4.untried.empty()) {
    resolution = loop.start_timer(resolution_delay_ms, [this] { try_next(); });
  } else if (!resolution.running() || &family == &v6) {
    resolution.stop();
    try_next();
  }
}

std::optional<SocketAddress> Connecting::State::take_untried() {
  Family& wanted = v4_is_next ? v4 : v6;
  Family& family = wanted.untried.empty() ? (v4_is_next ? v6 : v4) : wanted;
  if (family.untried.empty()) return std::nullopt;
  v4_is_next = &family == &v6;
  const SocketAddress address = family.untried.front();
  family.untried.pop_front();
  return address;
}

void Connecting::State::try_next() {
  pace.stop();
  while (attempts.size() < attempts_max) {
    const auto address = take_untried();
    if (!address) break;
    if (attempt(*address)) return;
  }
  if (!connection && attempts.empty() && !is_looking_up()) fail(last_error.kind, last_error.text);
}

// True: it is under way, or has won.
bool Connecting::State::attempt(const SocketAddress& address) {
  if (const auto allowed = to.guard.check(address); !allowed) {
    last_error = allowed.error();
    return false;
  }
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    note_failure(address, errno);
    return false;
  }
  set_stream_options(fd);
  if (::connect(fd, address.raw(), address.size) == 0) {
    win(fd, address);
    return true;
  }
  if (errno != EINPROGRESS) {
    note_failure(address, errno);
    ::close(fd);
    return false;
  }
  attempts.push_back(std::make_unique<Attempt>(*this, address, fd));
  pace = loop.start_timer(attempt_delay_ms, [this] { try_next(); });
  return true;
}

void Connecting::State::on_attempt(Attempt& ready) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(ready.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return win(ready.release(), SocketAddress(ready.address));
  note_failure(ready.address, error);
  std::erase_if(attempts, [&ready](const auto& each) { return each.get() == &ready; });
  try_next();
}

void Connecting::State::win(int fd, const SocketAddress& address) {
  attempts.clear();
  v6.query.reset();
  v4.query.reset();
  resolution.stop();
  pace.stop();
  auto connected = std::make_unique<Connection>(loop, fd, format_ip(address.storage));
  if (!to.tls) return finish(std::move(connected));
  last_error.text = format_ip(address.storage);
  connection = std::move(connected);
  connection->start_tls(*to.tls);
  connection->start(*this);
}

void Connecting::State::note_failure(const SocketAddress& address, int error) {
  const ErrorKind kind = error == ETIMEDOUT ? ErrorKind::remote_server_timeout : ErrorKind::service_unavailable;
  last_error = {kind, format_ip(address.storage) + " says: " + std::strerror(error)};
}

void Connecting::State::on_closed(std::string_view why) {
  const ErrorKind kind = connection->is_distrusted() ? ErrorKind::not_authorized : ErrorKind::service_unavailable;
  fail(kind, last_error.text + ": " + std::string(why));
}

void Connecting::State::fail(ErrorKind kind, std::string text) {
  finish(Error{kind, "cannot connect to " + to.host + " port " + std::to_string(to.port) + ": " + text});
}

// The call may destroy this.
void Connecting::State::finish(Result<std::unique_ptr<Connection>> result) {
  deadline.stop();
  resolution.stop();
  pace.stop();
  attempts.clear();
  v6.query.reset();
  v4.query.reset();
  const auto ended = std::move(connection);  // may be what calls; it goes at the end of this
  const auto told = std::move(done);
  told(std::move(result));
}

Connecting::Connecting() = default;
Connecting::Connecting(Connecting&&) noexcept = default;
Connecting& Connecting::operator=(Connecting&&) noexcept = default;
Connecting::~Connecting() = default;

Connecting connect(Loop& loop, Dns& dns, Destination to, Connecting::Done done) {
  Connecting connecting;
  connecting.state_ = std::make_unique<Connecting::State>(loop, dns, std::move(to), std::move(done));
  loop.at_turn_end(*connecting.state_);
  return connecting;
}

}  // namespace teahouse::net
