#include "http/websocket.h"

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <string>
#include <vector>

#include "crypto/encoding.h"
#include "http/fake/served_pair.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"

namespace teahouse::http::websocket_test {
namespace {

using fake::ServedPair;

const std::string handshake =
    "GET /xmpp HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat, xmpp\r\n\r\n";

std::string frame(uint8_t first, const std::string& payload) {
  return std::string(1, static_cast<char>(first)) + static_cast<char>(0x80 | payload.size()) + std::string(4, '\0') +
         payload;
}

struct Socket : WebSocket::Events {
  void on_text(std::string_view message) override {
    texts.emplace_back(message);
    if (then) then();
  }
  void on_closed(std::string_view why) override {
    closed.emplace_back(why);
    if (then_closed) then_closed();
  }
  bool on_too_big() override {
    if (then_too_big) then_too_big();
    return then_too_big != nullptr;
  }
  std::unique_ptr<WebSocket> socket;
  std::vector<std::string> texts;
  std::vector<std::string> closed;
  std::function<void()> then;
  std::function<void()> then_closed;
  std::function<void()> then_too_big;
};

struct Upgrade : Handler {
  void on_request(Request request, Responder responder) override {
    auto made = std::make_unique<Socket>();
    auto accepted = WebSocket::accept(request, std::move(responder), options, *made);
    if (!accepted) return;
    made->socket = std::move(*accepted);
    sockets.push_back(std::move(made));
  }
  WebSocketOptions options;
  std::vector<std::unique_ptr<Socket>> sockets;
};

class WebSocketTest : public ::testing::Test {
 protected:
  ~WebSocketTest() override { upgrade_.sockets.clear(); }  // before their loop
  size_t open() {
    const size_t peer = pair_.connect();
    EXPECT_TRUE(pair_.exchange(peer, handshake).starts_with("HTTP/1.1 101 "));
    return peer;
  }
  Upgrade upgrade_;
  ServedPair pair_{upgrade_};
};

TEST_F(WebSocketTest, ShakesHandsAndTalks) {
  const size_t romeo = pair_.connect();
  const std::string answer = pair_.exchange(romeo, handshake);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Sec-WebSocket-Protocol: xmpp\r\n"), std::string::npos);
  const size_t juliet = open();
  EXPECT_EQ(pair_.server().connections(), 0U);  // they are ours now
  pair_.send(romeo, frame(0x81, "<open/>") + frame(0x01, "<a") + frame(0x80, "/>"));
  EXPECT_EQ(upgrade_.sockets[0]->texts, (std::vector<std::string>{"<open/>", "<a/>"}));
  EXPECT_TRUE(upgrade_.sockets[1]->texts.empty());
  const std::array slices = {SharedBytes("<message>"), SharedBytes("hi"), SharedBytes("</message>")};
  upgrade_.sockets[1]->socket->send_text(slices);
  upgrade_.sockets[1]->socket->send_text("next");
  EXPECT_EQ(pair_.receive(juliet), "\x81\x15<message>hi</message>\x81\x04next");
  EXPECT_EQ(pair_.receive(romeo), "");
}

TEST_F(WebSocketTest, RefusesABadHandshake) {
  const auto without = [](const std::string& header) {
    std::string text = handshake;
    const size_t start = text.find(header);
    return text.erase(start, text.find("\r\n", start) + 2 - start);
  };
  for (const auto& [header, status] : {std::pair{"Upgrade:", "426"},
                                       {"Connection:", "426"},
                                       {"Sec-WebSocket-Version", "426"},
                                       {"Sec-WebSocket-Key", "400"},
                                       {"Sec-WebSocket-Protocol", "400"}}) {
    const size_t peer = pair_.connect();
    EXPECT_TRUE(pair_.exchange(peer, without(header)).starts_with(std::string("HTTP/1.1 ") + status)) << header;
  }
  const size_t eager = pair_.connect();
  EXPECT_EQ(pair_.exchange(eager, handshake + frame(0x81, "too early")), "");
  EXPECT_TRUE(upgrade_.sockets.empty());
}

// RFC 6455 has 16 bytes; of what peers send besides, all that is base64 and no longer than 64 is good enough.
TEST_F(WebSocketTest, TakesKeysOf16To64Bytes) {
  const std::string usual = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto answer_to = [&](const std::string& key) {
    std::string text = handshake;
    text.replace(text.find(usual), usual.size(), key);
    return pair_.exchange(pair_.connect(), text);
  };
  // As the compliance tester does: a UUID as text, in base64.
  const std::string uuid = crypto::to_base64("123e4567-e89b-12d3-a456-426614174000");
  for (const std::string& key :
       {uuid, crypto::to_base64(std::string(17, 'k')), crypto::to_base64(std::string(64, 'k'))}) {
    EXPECT_NE(answer_to(key).find("\r\nSec-WebSocket-Accept: " + make_accept_key(key) + "\r\n"), std::string::npos)
        << key;
  }
  EXPECT_EQ(upgrade_.sockets.size(), 3U);
  for (const std::string& key : {crypto::to_base64(std::string(15, 'k')), crypto::to_base64(std::string(65, 'k')),
                                 std::string("dGhlIHNhbXBsZSBub25jZQ"), std::string("dGhlIHNhbXBsZSBub25j!Q=="),
                                 std::string(24, '='), std::string(4000, 'A')}) {
    EXPECT_TRUE(answer_to(key).starts_with("HTTP/1.1 400 ")) << key;
  }
  EXPECT_EQ(upgrade_.sockets.size(), 3U);
}

TEST_F(WebSocketTest, AnswersPingsAndClose) {
  const size_t peer = open();
  EXPECT_EQ(pair_.exchange(peer, frame(0x89, "tea?")), "\x8A\x04tea?");
  upgrade_.sockets[0]->socket->send_ping();
  EXPECT_EQ(pair_.receive(peer), std::string("\x89\0", 2));
  EXPECT_EQ(pair_.exchange(peer, frame(0x8A, "")), "");
  EXPECT_EQ(pair_.exchange(peer, frame(0x88, "\x03\xE8") + frame(0x81, "after the end")), "\x88\x02\x03\xE8");
  EXPECT_TRUE(pair_.closed(peer));
  pair_.hang_up(peer);
  ASSERT_EQ(upgrade_.sockets[0]->closed.size(), 1U);
  EXPECT_EQ(upgrade_.sockets[0]->closed[0], "the peer closed the WebSocket");
  EXPECT_TRUE(upgrade_.sockets[0]->texts.empty());
}

TEST_F(WebSocketTest, ClosesWithTheRightCode) {
  upgrade_.options.limits.message_bytes_max = 50;
  for (const auto& [bytes, code] : {std::pair{std::string("\x81\x01x"), 1002},
                                    {frame(0x82, "binary"), 1003},
                                    {frame(0x81, "\xFF"), 1007},
                                    {frame(0x81, std::string(51, 'x')), 1009}}) {
    const size_t peer = open();
    const std::string answer = pair_.exchange(peer, bytes);
    ASSERT_GE(answer.size(), 4U);
    EXPECT_EQ(answer[0], '\x88');
    EXPECT_EQ(static_cast<unsigned char>(answer[2]) << 8 | static_cast<unsigned char>(answer[3]), code);
    EXPECT_TRUE(pair_.closed(peer));
    EXPECT_TRUE(upgrade_.sockets.back()->texts.empty());
  }
}

TEST_F(WebSocketTest, ItsOwnerMayTellOfAMessageThatIsTooBig) {
  upgrade_.options.limits.message_bytes_max = 50;
  const size_t peer = open();
  Socket& owner = *upgrade_.sockets[0];
  owner.then_too_big = [&] {
    owner.socket->send_text("<error/>");
    owner.socket->close();
  };
  EXPECT_EQ(pair_.exchange(peer, frame(0x81, "<a/>") + frame(0x81, std::string(51, 'x')) + frame(0x81, "<b/>")),
            "\x81\x08<error/>\x88\x02\x03\xE8");
  EXPECT_EQ(owner.texts, std::vector<std::string>{"<a/>"});
  EXPECT_TRUE(pair_.closed(peer));
}

TEST_F(WebSocketTest, TakesLargerMessagesOnceItIsTold) {
  upgrade_.options.limits.message_bytes_max = 50;
  const size_t peer = open();
  upgrade_.sockets[0]->socket->set_limits({.message_bytes_max = 100});
  pair_.send(peer, frame(0x81, std::string(100, 'x')));
  EXPECT_EQ(upgrade_.sockets[0]->texts, std::vector<std::string>{std::string(100, 'x')});
}

TEST_F(WebSocketTest, ClosesFromOurSide) {
  const size_t peer = open();
  upgrade_.sockets[0]->socket->send_text("last");
  upgrade_.sockets[0]->socket->close(close_code::going_away, "restart");
  upgrade_.sockets[0]->socket->send_text("never");
  EXPECT_EQ(pair_.receive(peer), "\x81\x04last\x88\x09\x03\xE9restart");
  EXPECT_TRUE(pair_.closed(peer));
  pair_.hang_up(peer);
  EXPECT_EQ(upgrade_.sockets[0]->closed.size(), 1U);
}

TEST_F(WebSocketTest, MayBeDestroyedInItsOwnCallBacks) {
  const size_t romeo = open();
  const size_t juliet = open();
  upgrade_.sockets[0]->then = [&] { upgrade_.sockets[0]->socket.reset(); };
  upgrade_.sockets[1]->then_closed = [&] { upgrade_.sockets[1]->socket.reset(); };
  pair_.send(romeo, frame(0x81, "a") + frame(0x81, "b"));
  EXPECT_EQ(upgrade_.sockets[0]->texts.size(), 1U);
  EXPECT_TRUE(pair_.closed(romeo));
  pair_.hang_up(juliet);
  EXPECT_EQ(upgrade_.sockets[1]->closed.size(), 1U);
}

TEST_F(WebSocketTest, APeerThatOnlyPingsGetsNoEndOfPongs) {
  const size_t peer = open();
  std::string pings;
  for (int i = 0; i < 500; ++i) pings += frame(0x89, std::string(125, 'p'));
  for (int i = 0; i < 20; ++i) pair_.send(peer, pings);
  EXPECT_LT(upgrade_.sockets[0]->socket->connection().queued_bytes(), 300'000U);
}

TEST(WebSocket, MovesToAnotherLoopWithTheRestOfItsMessages) {
  net::fake::RunningLoop first(0);
  net::fake::RunningLoop second(1);
  Upgrade upgrade;
  std::unique_ptr<Server> server;
  std::unique_ptr<net::Listener> listener;
  first.run([&] {
    server = std::make_unique<Server>(*first, upgrade);
    auto made =
        net::Listener::listen(*first, "127.0.0.1:0", [&](auto connection) { server->attach(std::move(connection)); });
    listener = std::move(*made);
  });
  net::fake::BlockingPeer peer = net::fake::BlockingPeer::connect(listener->port());
  ASSERT_TRUE(peer.send(handshake));
  peer.receive_until("\r\n\r\n");
  bool arrived_first = false;
  first.run([&] {
    Socket& socket = *upgrade.sockets[0];
    socket.then = [&] {
      if (!first->is_home()) {
        socket.socket->send_text("from there");
        return;
      }
      socket.socket->move_to(*second, [&] { arrived_first = socket.texts.size() == 1; });
    };
  });
  ASSERT_TRUE(peer.send(frame(0x81, "one") + frame(0x81, "two") + frame(0x81, "three")));
  EXPECT_EQ(peer.receive_exactly(24),
            "\x81\x0A"
            "from there"
            "\x81\x0A"
            "from there");
  second.run([&] {
    EXPECT_EQ(upgrade.sockets[0]->texts, (std::vector<std::string>{"one", "two", "three"}));
    EXPECT_TRUE(arrived_first);
    upgrade.sockets.clear();
  });
  first.run([&] {
    listener.reset();
    server.reset();
  });
}

}  // namespace
}  // namespace teahouse::http::websocket_test
