// ConnectionOnPair: a connection on a socket pair, its loop turned by hand, its peer non-blocking. Recorder: what it
// told.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "net/connection.h"

namespace teahouse::net::fake {

struct Recorder : Connection::Events {
  void on_bytes(std::string_view more) override {
    bytes += more;
    largest = std::max(largest, more.size());
    if (then) then();
  }
  void on_closed(std::string_view reason) override {
    ++closed;
    why = reason;
    if (then_closed) then_closed();
  }
  void on_drained() override { ++drained; }

  std::string bytes;
  size_t largest = 0;
  int closed = 0;
  int drained = 0;
  std::string why;
  std::function<void()> then;
  std::function<void()> then_closed;
};

class ConnectionOnPair : public ::testing::Test {
 protected:
  ConnectionOnPair() : loop_(0, clock_) {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0);
    connection_ = std::make_unique<Connection>(loop_, fds[0], "192.0.2.1");
    server_ = fds[0];
    peer_ = fds[1];
  }
  ~ConnectionOnPair() override {
    if (peer_ >= 0) ::close(peer_);
  }

  void turns(int count = 3) {
    for (int i = 0; i < count; ++i) loop_.run_once(0);
  }
  std::string peer_reads() {
    std::string bytes(1 << 20, '\0');
    const ssize_t n = ::recv(peer_, bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return bytes;
  }
  void peer_writes(std::string_view bytes) {
    EXPECT_EQ(::send(peer_, bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }
  void peer_closes() { ::close(std::exchange(peer_, -1)); }

  FakeClock clock_;
  Loop loop_;
  Recorder recorder_;
  std::unique_ptr<Connection> connection_;
  int server_ = -1;
  int peer_ = -1;
};

}  // namespace teahouse::net::fake
