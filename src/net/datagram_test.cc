#include "net/datagram.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace teahouse::net::datagram_test {
namespace {

struct Received {
  std::string bytes;
  SocketAddress peer, local;
};

class DatagramTest : public ::testing::Test {
 protected:
  std::unique_ptr<Datagram> open(const std::string& address, std::vector<Received>& into) {
    auto opened = Datagram::open(loop_, address, [&into](const Datagram::Packet& packet) {
      into.push_back({std::string(packet.bytes), packet.peer, packet.local});
    });
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? std::move(*opened) : nullptr;
  }
  template <class Holds>
  void await(Holds holds) {
    while (!holds()) loop_.run_once(1000);
  }

  SystemClock clock_;
  Loop loop_{0, clock_};
  std::vector<Received> romeo_got_, juliet_got_, tybalt_got_;
};

TEST_F(DatagramTest, CarriesPacketsWholeAndInOrder) {
  auto romeo = open("127.0.0.1:0", romeo_got_);
  auto juliet = open("127.0.0.1:0", juliet_got_);
  auto tybalt = open("127.0.0.1:0", tybalt_got_);
  const SocketAddress to = *make_address("127.0.0.1", juliet->port());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(romeo->send(to, std::to_string(i)));
  EXPECT_TRUE(romeo->send(to, ""));
  await([&] { return juliet_got_.size() == 101; });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(juliet_got_[static_cast<size_t>(i)].bytes, std::to_string(i));
  EXPECT_EQ(juliet_got_[100].bytes, "");
  EXPECT_EQ(port_of(juliet_got_[0].peer.storage), romeo->port());
  EXPECT_EQ(romeo->queued_bytes(), 0U);
  EXPECT_TRUE(romeo_got_.empty());
  EXPECT_TRUE(tybalt_got_.empty());
}

TEST_F(DatagramTest, AnswersFromTheAddressThatWasAsked) {
  for (const char* everywhere : {"*:0", "0.0.0.0:0"}) {
    juliet_got_.clear();
    romeo_got_.clear();
    auto romeo = open("127.0.0.1:0", romeo_got_);
    auto juliet = open(everywhere, juliet_got_);
    ASSERT_TRUE(romeo->send(*make_address("127.0.0.9", juliet->port()), "ask"));
    await([&] { return juliet_got_.size() == 1; });
    EXPECT_EQ(format_ip(juliet_got_[0].local.storage), "127.0.0.9");
    ASSERT_TRUE(juliet->send(juliet_got_[0].peer, "answer", juliet_got_[0].local));
    await([&] { return romeo_got_.size() == 1; });
    EXPECT_EQ(romeo_got_[0].bytes, "answer");
    EXPECT_EQ(format_ip(romeo_got_[0].peer.storage), "127.0.0.9") << everywhere;
  }
}

TEST_F(DatagramTest, SpeaksIPv6) {
  const int probe = ::socket(AF_INET6, SOCK_DGRAM, 0);
  const SocketAddress loopback = *make_address("::1", 0);
  const bool has_v6 = probe >= 0 && ::bind(probe, loopback.raw(), loopback.size) == 0;
  ::close(probe);
  if (!has_v6) GTEST_SKIP() << "this machine has no IPv6";
  auto romeo = open("[::1]:0", romeo_got_);
  auto juliet = open("*:0", juliet_got_);
  ASSERT_TRUE(romeo->send(*make_address("::1", juliet->port()), "ask"));
  await([&] { return juliet_got_.size() == 1; });
  ASSERT_TRUE(juliet->send(juliet_got_[0].peer, "answer", juliet_got_[0].local));
  await([&] { return romeo_got_.size() == 1; });
  EXPECT_EQ(format_ip(romeo_got_[0].peer.storage), "::1");
}

TEST_F(DatagramTest, DropsWhatIsTooLongAndWhatTheKernelRefuses) {
  auto romeo = open("127.0.0.1:0", romeo_got_);
  auto juliet = open("127.0.0.1:0", juliet_got_);
  const SocketAddress to = *make_address("127.0.0.1", juliet->port());
  EXPECT_TRUE(romeo->send(to, std::string(Datagram::packet_bytes_max + 1, 'x')));
  EXPECT_TRUE(romeo->send(to, std::string(70'000, 'x')));            // no packet is so long
  EXPECT_TRUE(romeo->send(*make_address("::1", 9), "x"));            // of another family
  EXPECT_TRUE(romeo->send(to, "x", *make_address("192.0.2.1", 0)));  // from an address that is not ours
  EXPECT_TRUE(romeo->send(to, std::string(Datagram::packet_bytes_max, 'y')));
  await([&] { return !juliet_got_.empty(); });
  ASSERT_EQ(juliet_got_.size(), 1U);
  EXPECT_EQ(juliet_got_[0].bytes, std::string(Datagram::packet_bytes_max, 'y'));
  EXPECT_EQ(romeo->queued_bytes(), 0U);
}

TEST_F(DatagramTest, RefusesToQueueWithoutBounds) {
  auto romeo = open("127.0.0.1:0", romeo_got_);
  auto juliet = open("127.0.0.1:0", juliet_got_);
  const SocketAddress to = *make_address("127.0.0.1", juliet->port());
  size_t taken = 0;
  while (taken < 100'000 && romeo->send(to, std::string(1000, 'x'))) ++taken;
  EXPECT_LT(taken, 1100U);
  EXPECT_GT(taken, 500U);
  EXPECT_LE(romeo->queued_bytes(), Datagram::queued_bytes_max);
  await([&] { return romeo->queued_bytes() == 0; });  // also through a full socket
  EXPECT_TRUE(romeo->send(to, "on"));
}

TEST_F(DatagramTest, MayBeDestroyedByItsOwnCall) {
  auto romeo = open("127.0.0.1:0", romeo_got_);
  std::unique_ptr<Datagram> juliet;
  int calls = 0;
  juliet = *Datagram::open(loop_, "127.0.0.1:0", [&](const Datagram::Packet&) {
    ++calls;
    juliet->send(*make_address("127.0.0.1", 9), "never");
    juliet.reset();
  });
  const SocketAddress to = *make_address("127.0.0.1", juliet->port());
  romeo->send(to, "one");
  romeo->send(to, "two");
  await([&] { return !juliet; });
  EXPECT_EQ(calls, 1);
}

TEST_F(DatagramTest, SaysWhoHasTheAddress) {
  auto romeo = open("127.0.0.1:0", romeo_got_);
  const std::string address = "127.0.0.1:" + std::to_string(romeo->port());
  const auto taken = Datagram::open(loop_, address, [](const auto&) {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
  EXPECT_NE(taken.error().text.find(address), std::string::npos);
  EXPECT_EQ(Datagram::open(loop_, "nowhere", [](const auto&) {}).error().kind, ErrorKind::bad_request);
}

}  // namespace
}  // namespace teahouse::net::datagram_test
