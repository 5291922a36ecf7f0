#include "bench/wire/socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace teahouse::bench {
namespace {

constexpr size_t kept_bytes_max = 65'536;  // of a queue that is empty

std::array<char, 65'536> buffer;  // nothing stays in it

sockaddr_in to_raw(const Address& address) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &raw.sin_addr) != 1) {
    throw std::runtime_error("'" + address.host + "' is no IPv4 address.");
  }
  return raw;
}

void set_no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Address parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  Address address;
  const char* end = text.data() + text.size();
  if (colon == std::string_view::npos || std::from_chars(text.data() + colon + 1, end, address.port).ptr != end) {
    throw std::runtime_error("'" + std::string(text) + "' is no address like 127.0.0.1:5222.");
  }
  address.host = std::string(text.substr(0, colon));
  return address;
}

void Socket::connect(const Address& address) {
  close();
  const sockaddr_in raw = to_raw(address);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::runtime_error(std::string("No socket: ") + std::strerror(errno) + " (see ulimit -n).");
  set_no_delay(fd_);
  limit_receive_buffer(receive_bytes_);
  connecting_ = true;
  poller_.watch(fd_, EPOLLOUT, *this);
  // The outcome is seen when the socket gets writable.
  (void)::connect(fd_, reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

void Socket::take(int fd) {
  fd_ = fd;
  set_no_delay(fd_);
  poller_.watch(fd_, EPOLLIN, *this);
}

void Socket::start_tls(const TlsContext& context, const std::string& server_name, const std::string& alpn) {
  tls_ = context.make_session(fd_, server_name.c_str());
  if (!alpn.empty()) {
    const std::string wire = static_cast<char>(alpn.size()) + alpn;
    SSL_set_alpn_protos(tls_, reinterpret_cast<const unsigned char*>(wire.data()), static_cast<unsigned>(wire.size()));
  }
  shaking_ = true;
  if (context.role() == TlsContext::Role::client) handshake();
}

void Socket::send(std::string_view bytes) {
  if (fd_ < 0) return;
  out_.append(bytes);
  if (flushes_ || awaits_) return;
  flushes_ = true;
  poller_.at_turn_end(*this);
}

void Socket::limit_receive_buffer(int bytes) {
  receive_bytes_ = bytes;
  if (fd_ >= 0 && bytes > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

// Not watched at all: epoll tells of a connection that broke whatever it was asked for, again and again.
void Socket::stop_reading() {
  if (fd_ < 0 || stopped_) return;
  stopped_ = true;
  poller_.unwatch(fd_, *this);
}

void Socket::go_on_reading() {
  if (fd_ < 0 || !stopped_) return;
  stopped_ = false;
  poller_.watch(fd_, awaits_ ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

void Socket::close() {
  if (fd_ < 0) return;
  if (tls_) SSL_free(tls_);
  tls_ = nullptr;
  poller_.unwatch(fd_, *this);
  ::close(fd_);
  fd_ = -1;
  connecting_ = shaking_ = flushes_ = awaits_ = stopped_ = false;
  out_ = {};
  written_ = 0;
}

void Socket::fail(std::string_view why) {
  const std::string kept(why);
  close();
  events_.on_closed(kept);
}

void Socket::on_ready(uint32_t events) {
  if (connecting_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return fail(std::strerror(error));
    connecting_ = false;
    poller_.rewatch(fd_, EPOLLIN, *this);
    return events_.on_connected();
  }
  if (shaking_) return handshake();
  if (events & EPOLLOUT) write();
  if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) tls_ ? read_tls() : read();
}

void Socket::on_turn_end() {
  flushes_ = false;
  write();
}

void Socket::read() {
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (size > 0) return events_.on_bytes({buffer.data(), static_cast<size_t>(size)});
  if (size == 0) return fail("closed by the other side");
  if (errno != EAGAIN) fail(std::strerror(errno));
}

void Socket::read_tls() {
  do {
    const int size = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
    if (size > 0) {
      events_.on_bytes({buffer.data(), static_cast<size_t>(size)});
      continue;
    }
    const int why = SSL_get_error(tls_, size);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
    return fail(why == SSL_ERROR_ZERO_RETURN ? "closed by the other side" : "the TLS connection broke");
  } while (tls_ && SSL_has_pending(tls_));
}

void Socket::handshake() {
  const int done = SSL_do_handshake(tls_);
  if (done == 1) {
    shaking_ = false;
    await(false);
    events_.on_connected();
    if (tls_ && SSL_has_pending(tls_)) read_tls();
    return;
  }
  const int why = SSL_get_error(tls_, done);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return fail("the TLS handshake failed");
  await(why == SSL_ERROR_WANT_WRITE);
}

void Socket::write() {
  while (fd_ >= 0 && written_ < out_.size()) {
    const char* const from = out_.data() + written_;
    const size_t left = out_.size() - written_;
    const ssize_t size = tls_ ? SSL_write(tls_, from, static_cast<int>(left)) : ::send(fd_, from, left, MSG_NOSIGNAL);
    if (size <= 0) {
      if (!tls_ && errno != EAGAIN) return fail(std::strerror(errno));
      if (tls_ && SSL_get_error(tls_, static_cast<int>(size)) != SSL_ERROR_WANT_WRITE) return fail("TLS can't write");
      return await(true);
    }
    written_ += static_cast<size_t>(size);
  }
  written_ = 0;
  if (out_.capacity() > kept_bytes_max) {
    out_ = {};
  } else {
    out_.clear();
  }
  await(false);
}

void Socket::await(bool writable) {
  if (awaits_ == writable || fd_ < 0) return;
  awaits_ = writable;
  poller_.rewatch(fd_, writable ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

Acceptor::Acceptor(Poller& poller, const Address& address, std::function<void(int)> accept)
    : poller_(poller), accept_(std::move(accept)), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
  const sockaddr_in raw = to_raw(address);
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&raw), sizeof raw) < 0 || ::listen(fd_, 4096) < 0) {
    throw std::runtime_error("Can't listen on port " + std::to_string(address.port) + ": " + std::strerror(errno) +
                             ".");
  }
  poller_.watch(fd_, EPOLLIN, *this);
}

Acceptor::~Acceptor() {
  poller_.unwatch(fd_, *this);
  ::close(fd_);
}

void Acceptor::on_ready(uint32_t) {
  for (int i = 0; i < 64; ++i) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    accept_(fd);
  }
}

}  // namespace teahouse::bench
