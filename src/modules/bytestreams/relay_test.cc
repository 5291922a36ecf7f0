#include "modules/bytestreams/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <utility>

#include "base/clock.h"

namespace teahouse::bytestreams::relay_test {
namespace {

// A connection is begun by somebody before it is relayed.
struct Nobody : net::Connection::Events {
  void on_bytes(std::string_view) override {}
  void on_closed(std::string_view) override {}
};

// Two users' sockets and the relay between them, its loop turned by hand. TCP: what a close means is asked.
class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    auto one = make_line(0), other = make_line(1);
    relay_ = std::make_unique<Relay>(loop_, std::move(one), std::move(other),
                                     Relay::Events{[this](size_t bytes) { relayed_ += bytes; }, [this] { ++over_; }});
  }
  ~RelayTest() override {
    for (const int user : users_) {
      if (user >= 0) ::close(user);
    }
  }

  static int make_socket(int flags) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | flags, 0), small = 32 * 1024;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    return fd;
  }
  Relay::Line make_line(size_t at) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    const int listener = make_socket(0);
    EXPECT_EQ(::bind(listener, raw, size), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, raw, &size), 0);
    users_[at] = make_socket(0);
    EXPECT_EQ(::connect(users_[at], raw, size), 0);
    const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    ::close(listener);
    ::fcntl(users_[at], F_SETFL, O_NONBLOCK);
    auto connection = std::make_unique<net::Connection>(loop_, accepted, "192.0.2.1");
    connection->start(nobody_);
    return {std::move(connection), std::shared_ptr<int>(&held_, [](int* held) { --*held; })};
  }
  void turns(int count = 10) {
    for (int i = 0; i < count; ++i) loop_.run_once(0);
  }
  // The bound is for what is broken.
  bool await(const std::function<bool()>& is_so) {
    for (int i = 0; i < 10'000; ++i) {
      if (is_so()) return true;
      loop_.run_once(1);
    }
    return false;
  }
  void say(size_t user, std::string_view bytes) {
    EXPECT_EQ(::send(users_[user], bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
  }
  void end(size_t user) { ::shutdown(users_[user], SHUT_WR); }
  void leave(size_t user) { ::close(std::exchange(users_[user], -1)); }
  // So many bytes; fewer, and how it ended, where that comes first.
  std::string hear(size_t user, size_t size) {
    std::string heard;
    await([&] {
      std::string piece(size - heard.size(), '\0');
      const ssize_t n = ::recv(users_[user], piece.data(), piece.size(), 0);
      if (n == 0) heard += " END";
      if (n < 0 && errno != EAGAIN) heard += " BROKEN";
      if (n > 0) heard.append(piece, 0, static_cast<size_t>(n));
      return n == 0 || (n < 0 && errno != EAGAIN) || heard.size() >= size;
    });
    return heard;
  }
  std::string hear_end(size_t user) { return hear(user, 1); }
  // All that a user can say until nothing more is taken.
  std::string say_much(size_t user) {
    std::string said;
    for (int idle = 0; said.size() < too_much && idle < 50;) {
      const std::string piece(4096, static_cast<char>('a' + said.size() / 4096 % 26));
      const ssize_t n = ::send(users_[user], piece.data(), piece.size(), MSG_NOSIGNAL);
      idle = n > 0 ? 0 : idle + 1;
      if (n > 0) said.append(piece, 0, static_cast<size_t>(n));
      loop_.run_once(n > 0 ? 0 : 1);
    }
    return said;
  }
  static constexpr size_t too_much = 8 << 20;

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  Nobody nobody_;
  std::array<int, 2> users_{-1, -1};
  int held_ = 2, over_ = 0;
  size_t relayed_ = 0;
  std::unique_ptr<Relay> relay_;
};

TEST_F(RelayTest, PassesBytesBothWays) {
  say(0, "to the other");
  say(1, "and back");
  EXPECT_EQ(hear(1, 12), "to the other");
  EXPECT_EQ(hear(0, 8), "and back");
  EXPECT_EQ(relayed_, 20U);
  EXPECT_EQ(over_, 0);
}

TEST_F(RelayTest, OneThatHasSaidItsEndHearsTheOther) {
  say(0, "the file");
  end(0);
  EXPECT_EQ(hear(1, 12), "the file END");
  say(1, "thanks");
  EXPECT_EQ(hear(0, 6), "thanks");
  EXPECT_EQ(over_, 0);
  end(1);
  EXPECT_EQ(hear_end(0), " END");
  EXPECT_EQ(over_, 1);
  EXPECT_EQ(held_, 0) << "the connections' places are free";
}

TEST_F(RelayTest, WaitsForASlowReaderAndLosesNothing) {
  const std::string said = say_much(0);
  ASSERT_LT(said.size(), too_much) << "its sender is held up";
  say(1, "meanwhile");
  EXPECT_EQ(hear(0, 9), "meanwhile");
  end(0);
  EXPECT_EQ(hear(1, said.size()), said);
  EXPECT_EQ(hear_end(1), " END");
  EXPECT_EQ(relayed_, said.size() + 9);
  EXPECT_EQ(over_, 0);
}

// The first is not read from while the second is slow, has said its end, and has that of the second: what it said
// before waits in the kernel.
TEST_F(RelayTest, LosesNothingOfASideThatIsClosedBothWays) {
  end(1);
  EXPECT_EQ(hear_end(0), " END");
  const std::string said = say_much(0);
  ASSERT_LT(said.size(), too_much);
  leave(0);
  turns();
  EXPECT_EQ(over_, 0);
  EXPECT_EQ(hear(1, said.size()), said);
  EXPECT_EQ(hear_end(1), " END");
  EXPECT_TRUE(await([&] { return over_ == 1; }));
  EXPECT_EQ(held_, 0);
}

TEST_F(RelayTest, ASlowReaderMayTakeTheRestAfterTheOtherIsGone) {
  const std::string said = say_much(0);
  leave(0);
  EXPECT_EQ(hear(1, said.size()), said);
  EXPECT_EQ(hear_end(1), " END");
  end(1);
  EXPECT_TRUE(await([&] { return over_ == 1; }));
}

TEST_F(RelayTest, BreaksBothWhereOneBreaks) {
  say(0, "half a fi");
  EXPECT_EQ(hear(1, 9), "half a fi");
  const linger none{1, 0};
  ::setsockopt(users_[1], SOL_SOCKET, SO_LINGER, &none, sizeof none);
  leave(1);
  EXPECT_EQ(hear_end(0), " BROKEN");
  EXPECT_EQ(over_, 1);
  EXPECT_EQ(held_, 0);
}

TEST_F(RelayTest, EndsWhereNothingMoves) {
  clock_.advance_ms(Relay::idle_ms - 1000);
  say(0, "x");
  EXPECT_EQ(hear(1, 1), "x");
  clock_.advance_ms(2000);
  turns();
  EXPECT_EQ(over_, 0);
  clock_.advance_ms(Relay::idle_ms);
  turns();
  EXPECT_EQ(over_, 1);
  EXPECT_EQ(held_, 0);
  EXPECT_EQ(hear_end(0), " BROKEN");
  EXPECT_EQ(hear_end(1), " BROKEN");
}

TEST_F(RelayTest, IsEndedWithoutACall) {
  relay_->reset();
  EXPECT_EQ(hear_end(0), " BROKEN");
  EXPECT_EQ(hear_end(1), " BROKEN");
  EXPECT_EQ(over_, 0);
  EXPECT_EQ(held_, 0);
}

}  // namespace
}  // namespace teahouse::bytestreams::relay_test
