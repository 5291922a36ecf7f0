// ServedPair: a Server whose loop is turned by hand and whose peer is the test. For tests.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/server.h"
#include "net/connection.h"
#include "net/loop.h"

namespace teahouse::http::fake {

class ServedPair {
 public:
  explicit ServedPair(Handler& handler, ServerOptions options = {})
      : loop_(0, clock_), server_(std::make_unique<Server>(loop_, handler, std::move(options))) {}
  ~ServedPair() {
    for (const int fd : peers_) ::close(fd);
  }

  // A new connection; returns the peer's number.
  size_t connect() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) return 0;
    server_->attach(std::make_unique<net::Connection>(loop_, fds[0], "192.0.2.7"));
    peers_.push_back(fds[1]);
    return peers_.size() - 1;
  }
  void send(size_t peer, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(peers_[peer], bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
      if (n < 0 && errno != EAGAIN) return;  // the server hung up
      turns();
    }
  }
  // Sends what the socket takes; says how much that is.
  size_t try_send(size_t peer, std::string_view bytes) {
    const ssize_t n = ::send(peers_[peer], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    turns();
    return n > 0 ? static_cast<size_t>(n) : 0;
  }
  void turns(int count = 4) {
    for (int i = 0; i < count; ++i) loop_.run_once(0);
  }
  std::string receive(size_t peer) {
    turns();
    std::string all;
    std::string part(65536, '\0');
    while (true) {
      const ssize_t n = ::recv(peers_[peer], part.data(), part.size(), 0);
      if (n <= 0) return all;
      all.append(part, 0, static_cast<size_t>(n));
      turns();
    }
  }
  // At most so many bytes; says how many they are.
  size_t receive_some(size_t peer, size_t bytes_max) {
    std::string part(bytes_max, '\0');
    const ssize_t n = ::recv(peers_[peer], part.data(), part.size(), 0);
    turns();
    return n > 0 ? static_cast<size_t>(n) : 0;
  }
  std::string exchange(size_t peer, std::string_view bytes) {
    send(peer, bytes);
    return receive(peer);
  }
  // Did the server end its side? REQUIRES: everything was received.
  bool closed(size_t peer) {
    turns();
    char byte = 0;
    return ::recv(peers_[peer], &byte, 1, MSG_PEEK) == 0;
  }
  void advance_ms(int64_t by_ms) {
    clock_.advance_ms(by_ms);
    turns();
  }
  void stop_sending(size_t peer) {
    ::shutdown(peers_[peer], SHUT_WR);
    turns();
  }
  void hang_up(size_t peer) {
    ::shutdown(peers_[peer], SHUT_RDWR);
    turns();
  }
  Server& server() { return *server_; }
  void destroy_server() { server_.reset(); }
  net::Loop& loop() { return loop_; }

 private:
  FakeClock clock_;
  net::Loop loop_;
  std::unique_ptr<Server> server_;
  std::vector<int> peers_;
};

}  // namespace teahouse::http::fake
