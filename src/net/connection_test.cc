#include "net/connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <string>
#include <thread>

#include "base/clock.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/connection_on_pair.h"
#include "net/fake/running_loop.h"

namespace teahouse::net::connection_test {
namespace {

using fake::BlockingPeer;
using fake::ConnectionOnPair;
using fake::Recorder;
using fake::RunningLoop;

TEST_F(ConnectionOnPair, ReadsAndWritesGatheredAtTurnEnd) {
  connection_->start(recorder_);
  peer_writes("hello");
  recorder_.then = [&] {
    connection_->send(std::string("one "));
    connection_->send(SharedBytes("two "));
    connection_->send(SharedBytes());
    connection_->send(std::string("three"));
    EXPECT_GE(connection_->queued_bytes(), 13U);
    EXPECT_EQ(peer_reads(), "");  // not before the end of the turn
  };
  loop_.run_once(0);
  EXPECT_EQ(recorder_.bytes, "hello");
  EXPECT_EQ(peer_reads(), "one two three");
  EXPECT_EQ(recorder_.drained, 1);
  EXPECT_EQ(connection_->queued_bytes(), 0U);
  EXPECT_EQ(connection_->peer_address(), "192.0.2.1");
}

TEST_F(ConnectionOnPair, TellsSignsOfLife) {
  connection_->start(recorder_);
  turns();
  EXPECT_FALSE(connection_->take_sign_of_life());
  peer_writes("x");
  turns();
  EXPECT_TRUE(connection_->has_sign_of_life());
  EXPECT_TRUE(connection_->take_sign_of_life());
  EXPECT_FALSE(connection_->has_sign_of_life());
  EXPECT_FALSE(connection_->take_sign_of_life());
  connection_->send(std::string(4 << 20, 'x'));
  turns();
  EXPECT_FALSE(connection_->take_sign_of_life());  // that it was written says nothing of the peer
  while (!peer_reads().empty()) turns();
  EXPECT_TRUE(connection_->take_sign_of_life());  // it takes what waited
  peer_closes();
}

// A file without a name that holds these bytes.
TEST_F(ConnectionOnPair, KeepsOrderThroughPartialWrites) {
  const int small = 4096;
  ::setsockopt(server_, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  connection_->start(recorder_);
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece =
        std::to_string(i) + std::string(static_cast<size_t>(i % 97), static_cast<char>('a' + i % 26));
    expected += piece;
    connection_->send(piece);
  }
  std::string got;
  for (int i = 0; i < 10000 && got.size() < expected.size(); ++i) {
    loop_.run_once(0);
    if (got.empty()) { EXPECT_GT(connection_->queued_bytes(), 0U); }
    got += peer_reads();
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(recorder_.drained, 1);
}

TEST_F(ConnectionOnPair, HandsAtMost64KiBATurn) {
  connection_->start(recorder_);
  const int large = 1 << 20;
  ::setsockopt(peer_, SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  peer_writes(std::string(150000, 'x'));
  loop_.run_once(0);
  EXPECT_LE(recorder_.bytes.size(), 65536U);
  turns(4);
  EXPECT_EQ(recorder_.bytes.size(), 150000U);
  EXPECT_LE(recorder_.largest, 65536U);
}

TEST_F(ConnectionOnPair, SaysOnceThatThePeerClosed) {
  connection_->start(recorder_);
  peer_writes("last words");
  peer_closes();
  turns();
  EXPECT_EQ(recorder_.bytes, "last words");
  EXPECT_EQ(recorder_.closed, 1);
  EXPECT_TRUE(connection_->is_closing());
  connection_->send(std::string("ignored"));
  connection_->close();
  turns();
  EXPECT_EQ(recorder_.closed, 1);
}

TEST_F(ConnectionOnPair, WritesEverythingBeforeItCloses) {
  connection_->start(recorder_);
  connection_->send(std::string("goodbye"));
  connection_->close();
  connection_->send(std::string(" and more"));
  turns();
  EXPECT_EQ(peer_reads(), "goodbye");
  char end = 0;
  EXPECT_EQ(::recv(peer_, &end, 1, 0), 0);  // our FIN
  EXPECT_EQ(recorder_.closed, 0);
  peer_writes("still talking");  // is thrown away
  turns();
  EXPECT_EQ(recorder_.bytes, "");
  peer_closes();
  turns();
  EXPECT_EQ(recorder_.closed, 1);
}

TEST_F(ConnectionOnPair, GivesUpAPeerWhoTakesNothing) {
  connection_->start(recorder_);
  connection_->send(std::string(8 << 20, 'x'));
  connection_->close();
  turns();
  clock_.advance_ms(4900);
  turns();
  EXPECT_EQ(recorder_.closed, 0);
  clock_.advance_ms(200);
  turns();
  EXPECT_EQ(recorder_.closed, 1);
}

TEST_F(ConnectionOnPair, AbortTellsNobody) {
  connection_->start(recorder_);
  connection_->send(std::string("never"));
  connection_->abort();
  turns();
  EXPECT_EQ(recorder_.closed, 0);
  EXPECT_EQ(peer_reads(), "");
}

TEST_F(ConnectionOnPair, MayBeDestroyedInItsOwnCallBacks) {
  connection_->start(recorder_);
  peer_writes("x");
  recorder_.then = [&] {
    connection_->send(std::string("y"));
    connection_.reset();
  };
  turns();
  EXPECT_EQ(recorder_.bytes, "x");
  EXPECT_EQ(recorder_.closed, 0);
}

TEST_F(ConnectionOnPair, MayBeDestroyedInOnClosed) {
  connection_->start(recorder_);
  recorder_.then_closed = [&] { connection_.reset(); };
  peer_closes();
  turns();
  EXPECT_EQ(recorder_.closed, 1);
  EXPECT_EQ(connection_, nullptr);
}

TEST_F(ConnectionOnPair, ReadsNothingWhilePaused) {
  connection_->start(recorder_);
  peer_writes("a");
  recorder_.then = [&] { connection_->pause(); };
  turns();
  peer_writes("b");
  turns();
  EXPECT_EQ(recorder_.bytes, "a");
  connection_->send(std::string("but writes"));
  turns();
  EXPECT_EQ(peer_reads(), "but writes");
  connection_->resume();
  turns();
  EXPECT_EQ(recorder_.bytes, "ab");
}

TEST_F(ConnectionOnPair, NoticesAResetWhilePaused) {
  connection_->start(recorder_);
  connection_->pause();
  turns();
  peer_closes();
  turns();
  EXPECT_EQ(recorder_.closed, 1);
}

TEST_F(ConnectionOnPair, HandsOverToAnotherOwner) {
  Recorder next;
  connection_->start(recorder_);
  recorder_.then = [&] { connection_->set_events(next); };
  peer_writes("first");
  turns();
  peer_writes("second");
  turns();
  EXPECT_EQ(recorder_.bytes, "first");
  EXPECT_EQ(next.bytes, "second");
}

// A connection that echoes and moves to the other loop with every 1,000 bytes.
struct Wanderer : Connection::Events {
  Wanderer(Loop& first, Loop& second, int fd) : connection(first, fd, "x"), loops{&first, &second} {}
  void on_bytes(std::string_view bytes) override {
    wrong_loop |= !connection.home().is_home();
    connection.send(std::string(bytes));
    since_move += bytes.size();
    if (since_move < 1000) return;
    since_move = 0;
    ++moves;
    Loop& other = *loops[static_cast<size_t>(moves % 2)];
    connection.move_to(other, [this, &other] { wrong_loop |= !other.is_home(); });
  }
  void on_closed(std::string_view /*why*/) override { closed.set_value(); }
  Connection connection;
  std::array<Loop*, 2> loops;
  size_t since_move = 0;
  int moves = 0;
  bool wrong_loop = false;
  std::promise<void> closed;
};

TEST(Connection, MovesBetweenLoopsUnderTraffic) {
  RunningLoop first(0);
  RunningLoop second(1);
  std::array<int, 2> fds{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
  std::unique_ptr<Wanderer> wanderer;
  first.run([&] {
    wanderer = std::make_unique<Wanderer>(*first, *second, fds[0]);
    wanderer->connection.start(*wanderer);
  });
  BlockingPeer peer(fds[1]);
  std::string expected;
  for (int i = 0; i < 20000; ++i) expected += std::to_string(i) + ' ';
  std::thread writer([&] { peer.send(expected); });
  EXPECT_EQ(peer.receive_exactly(expected.size()), expected);
  writer.join();
  peer.shut_down();
  wanderer->closed.get_future().wait();
  EXPECT_GT(wanderer->moves, 1);
  EXPECT_FALSE(wanderer->wrong_loop);
  first.run([] {});
  second.run([] {});
}

// Bytes that another connection has read are written as they lie there, and never before what is queued.
TEST_F(ConnectionOnPair, SendsAtOnceWhereNothingIsQueued) {
  connection_->start(recorder_);
  EXPECT_EQ(connection_->send_now("at once"), 7U);
  EXPECT_EQ(peer_reads(), "at once");
  connection_->send(std::string("queued"));
  EXPECT_EQ(connection_->send_now("too soon"), 0U);
  turns();
  EXPECT_EQ(peer_reads(), "queued");
  const std::string much(8 << 20, 'x');
  const size_t written = connection_->send_now(much);
  EXPECT_LT(written, much.size());
  EXPECT_EQ(connection_->send_now("x"), 0U);
  connection_->send(much.substr(written));
  size_t read = 0;
  while (read < much.size()) {
    const size_t more = peer_reads().size();
    read += more;
    turns();
  }
  EXPECT_EQ(recorder_.drained, 2);
  EXPECT_EQ(connection_->send_now("again"), 5U);
}

TEST_F(ConnectionOnPair, EndsSendingAndReadsOn) {
  connection_->start(recorder_);
  connection_->send(std::string("the last"));
  connection_->end_sending();
  connection_->send(std::string("never"));
  EXPECT_EQ(connection_->send_now("never"), 0U);
  turns();
  EXPECT_EQ(peer_reads(), "the last");
  char byte = 0;
  EXPECT_EQ(::recv(peer_, &byte, 1, 0), 0) << "its end";
  peer_writes("still here");
  turns();
  EXPECT_EQ(recorder_.bytes, "still here");
  EXPECT_EQ(recorder_.closed, 0);
}

// Both have said their end, and what the peer said before is not read yet.
TEST_F(ConnectionOnPair, KeepsWhatAPausedPeerHasSaidBeforeItWent) {
  connection_->start(recorder_);
  connection_->end_sending();
  connection_->pause();
  peer_writes("the rest");
  peer_closes();
  turns();
  EXPECT_EQ(recorder_.closed, 0);
  connection_->resume();
  turns();
  EXPECT_EQ(recorder_.bytes, "the rest");
  EXPECT_EQ(recorder_.closed, 1);
}

}  // namespace
}  // namespace teahouse::net::connection_test
