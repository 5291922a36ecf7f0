#include "net/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <future>
#include <vector>

#include "net/address.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/running_loop.h"
#include "net/strangers.h"

namespace teahouse::net::listener_test {
namespace {

using fake::BlockingPeer;

TEST(Address, ParsesTheThreeForms) {
  EXPECT_EQ(parse_address("127.0.0.1:5222")->family(), AF_INET);
  EXPECT_FALSE(parse_address(std::string_view("127.0.0.1\0x:5222", 16)));
  EXPECT_EQ(parse_address("[::1]:5222")->family(), AF_INET6);
  EXPECT_TRUE(parse_address("*:0")->both_families);
  EXPECT_EQ(port_of(parse_address("*:5222")->storage), 5222);
  EXPECT_EQ(format_ip(parse_address("[2001:db8::1]:1")->storage), "2001:db8::1");
  EXPECT_EQ(format_ip(parse_address("[::ffff:192.0.2.1]:1")->storage), "192.0.2.1");
}

TEST(Address, RefusesOthers) {
  for (const char* text : {"", "5222", ":5222", "localhost:5222", "127.0.0.1:", "127.0.0.1:99999", "::1:5222", "[::1]",
                           "[]:1", "127.0.0.1:52x", "*:-1", "127.0.0.1:+1"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::bad_request);
  }
}

TEST(Listener, AcceptsOnALoopEachWithTheSamePort) {
  const SystemClock clock;
  Loop first(0, clock);
  Loop second(1, clock);
  std::vector<std::unique_ptr<Connection>> accepted;
  const auto take = [&](std::unique_ptr<Connection> connection) { accepted.push_back(std::move(connection)); };
  auto one = Listener::listen(first, "127.0.0.1:0", take);
  ASSERT_TRUE(one);
  const std::string same = "127.0.0.1:" + std::to_string((*one)->port());
  auto two = Listener::listen(second, same, take, Listener::Port::shared);
  ASSERT_TRUE(two);
  EXPECT_EQ((*one)->port(), (*two)->port());
  std::vector<BlockingPeer> peers;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(BlockingPeer::connect((*one)->port()));
    EXPECT_TRUE(peers.back().connected());
  }
  for (int i = 0; i < 5; ++i) {
    first.run_once(0);
    second.run_once(0);
  }
  EXPECT_EQ(accepted.size(), 20U);
  EXPECT_EQ(accepted[0]->peer_address(), "127.0.0.1");
  (*one)->close();
  (*two)->close();
  EXPECT_FALSE(BlockingPeer::connect((*one)->port()).connected());
}

TEST(Listener, TakesNoPortFromAnotherServer) {
  const SystemClock clock;
  Loop loop(0, clock);
  const auto nobody = [](std::unique_ptr<Connection>) { FAIL(); };
  auto one = Listener::listen(loop, "127.0.0.1:0", nobody);
  ASSERT_TRUE(one);
  const auto two = Listener::listen(loop, "127.0.0.1:" + std::to_string((*one)->port()), nobody);
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().kind, ErrorKind::conflict);
}

TEST(Listener, NamesTheAddressThatIsTaken) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  const SystemClock clock;
  Loop loop(0, clock);
  const std::string text = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const auto listener = Listener::listen(loop, text, [](std::unique_ptr<Connection>) {});
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().kind, ErrorKind::conflict);
  EXPECT_NE(listener.error().text.find(text), std::string::npos);
  ::close(fd);
}

TEST(Listener, MayBeDestroyedInItsOwnCallBack) {
  const SystemClock clock;
  Loop loop(0, clock);
  std::unique_ptr<Listener> listener;
  int accepted = 0;
  auto made = Listener::listen(loop, "*:0", [&](std::unique_ptr<Connection>) {
    ++accepted;
    listener.reset();
  });
  ASSERT_TRUE(made);
  listener = std::move(*made);
  const BlockingPeer one = BlockingPeer::connect(listener->port());
  const BlockingPeer two = BlockingPeer::connect(listener->port());
  loop.run_once(0);
  loop.run_once(0);
  EXPECT_EQ(accepted, 1);
}

// Accepts as many as come, and has each of them for as long as it lives.
struct Door {
  struct Peer : Connection::Events {
    void on_bytes(std::string_view) override {}
    void on_closed(std::string_view) override { connection.reset(); }
    std::unique_ptr<Connection> connection;
  };

  explicit Door(size_t most) : limit(most) {
    auto made = Listener::listen(
        loop, "127.0.0.1:0",
        [this](auto connection) {
          auto& peer = peers.emplace_back(std::make_unique<Peer>());
          peer->connection = std::move(connection);
          peer->connection->start(*peer);
        },
        Listener::Port::taken, &strangers);
    EXPECT_TRUE(made);
    listener = std::move(*made);
  }
  BlockingPeer connect() {
    BlockingPeer peer = BlockingPeer::connect(listener->port());
    loop.run_once(0);
    return peer;
  }
  std::vector<bool> inside() const {
    std::vector<bool> are;
    for (const auto& peer : peers) are.push_back(peer->connection != nullptr);
    return are;
  }

  FakeClock clock;
  Loop loop{0, clock};
  ConnectionLimit limit;
  Strangers strangers{limit};
  std::vector<std::unique_ptr<Peer>> peers;
  std::unique_ptr<Listener> listener;
};

TEST(Listener, TheStrangerThatWasSilentForLongestMakesSpace) {
  Door door(3);
  const BlockingPeer known = door.connect();
  door.peers[0]->connection->admit();
  BlockingPeer speaks = door.connect();
  const BlockingPeer silent = door.connect();
  ASSERT_TRUE(speaks.send("hello"));
  door.loop.run_once(0);
  const BlockingPeer newcomer = door.connect();
  EXPECT_EQ(door.inside(), (std::vector<bool>{true, true, false, true}));
  const BlockingPeer another = door.connect();
  EXPECT_EQ(door.inside(), (std::vector<bool>{true, false, false, true, true}));
  EXPECT_EQ(door.limit.count(), 3U);
}

TEST(Listener, NobodyWhoIsKnownMakesSpace) {
  Door door(2);
  const BlockingPeer romeo = door.connect(), juliet = door.connect();
  for (const auto& peer : door.peers) peer->connection->admit();
  const BlockingPeer newcomer = door.connect();
  EXPECT_EQ(door.inside(), (std::vector<bool>{true, true}));
  door.peers[0]->connection.reset();
  door.clock.advance_ms(1000);
  door.loop.run_once(0);
  door.loop.run_once(0);
  EXPECT_EQ(door.inside(), (std::vector<bool>{false, true, true}));
  EXPECT_EQ(door.limit.count(), 2U);
}

TEST(Listener, PausesWhenDescriptorsRunOutAndGoesOn) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "the undefined-behaviour sanitizer opens pipes to look at an object and calls it broken when it can't";
#endif
  FakeClock clock;
  Loop loop(0, clock);
  std::vector<std::unique_ptr<Connection>> accepted;
  auto listener =
      Listener::listen(loop, "127.0.0.1:0", [&](auto connection) { accepted.push_back(std::move(connection)); });
  ASSERT_TRUE(listener);
  const BlockingPeer peer = BlockingPeer::connect((*listener)->port());
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  rlimit tight = old;
  tight.rlim_cur = 3;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  for (int i = 0; i < 5; ++i) loop.run_once(0);
  EXPECT_TRUE(accepted.empty());
  ::setrlimit(RLIMIT_NOFILE, &old);
  loop.run_once(0);
  EXPECT_TRUE(accepted.empty());  // it rests
  clock.advance_ms(1000);
  loop.run_once(0);
  loop.run_once(0);
  EXPECT_EQ(accepted.size(), 1U);
}

TEST(Address, OfAHostAndAPort) {
  const auto shown = [](std::string_view text) {
    const auto parsed = parse_host_port(text);
    return parsed ? parsed->host + " " + std::to_string(parsed->port) : "none";
  };
  EXPECT_EQ(shown(""), " 0");
  EXPECT_EQ(shown("files.example.com"), "files.example.com 0");
  EXPECT_EQ(shown("files.example.com:5000"), "files.example.com 5000");
  EXPECT_EQ(shown(":5000"), " 5000");
  EXPECT_EQ(shown("192.0.2.1:65535"), "192.0.2.1 65535");
  EXPECT_EQ(shown("2001:db8::1"), "2001:db8::1 0");
  EXPECT_EQ(shown("[2001:db8::1]"), "2001:db8::1 0");
  EXPECT_EQ(shown("[2001:db8::1]:5000"), "2001:db8::1 5000");
  for (const char* wrong : {"a:", "a:0", "a:65536", "a:x", "[::1", "[::1]5000", "[::1]:", "a:5000 "}) {
    EXPECT_EQ(shown(wrong), "none") << wrong;
  }
}

}  // namespace
}  // namespace teahouse::net::listener_test
