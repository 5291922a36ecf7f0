#include "http/body_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

#include "http/fake/served_pair.h"
#include "http/message.h"

namespace teahouse::http::body_reader_test {
namespace {

// Takes a body piece by piece as it is told to, and answers with its size.
class Reading final : public Handler {
 public:
  BodyRule body_rule(const Request&) const override { return {std::numeric_limits<uint64_t>::max(), true}; }
  void on_request(Request, Responder responder) override {
    responder_ = std::move(responder);
    reader_ = std::make_unique<BodyReader>(*loop, responder_);
  }
  void read() { spawn(read_next(*this)); }

  net::Loop* loop = nullptr;
  std::string taken;
  std::optional<Error> failed;
  bool is_whole = false;

 private:
  static Task<void> read_next(Reading& self) {
    auto piece = co_await self.reader_->next();
    if (!piece) {
      self.failed = piece.error();
    } else if (piece->empty()) {
      self.is_whole = true;
      self.responder_.send(make_text(201, std::to_string(self.taken.size())));
    } else {
      self.taken += *piece;
    }
  }
  Responder responder_;
  std::unique_ptr<BodyReader> reader_;
};

struct BodyReaderTest : ::testing::Test {
  BodyReaderTest() : pair(handler) { handler.loop = &pair.loop(); }
  void begin(size_t bytes) {
    peer = pair.connect();
    pair.send(peer, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    pair.turns();
  }
  void read() {
    handler.read();
    pair.turns();
  }

  Reading handler;
  fake::ServedPair pair;
  size_t peer = 0;
};

TEST_F(BodyReaderTest, GivesTheBodyAsItComes) {
  begin(6);
  read();
  EXPECT_EQ(handler.taken, "");
  pair.send(peer, "abc");
  pair.turns();
  EXPECT_EQ(handler.taken, "abc");
  pair.send(peer, "def");
  pair.turns();
  read();
  EXPECT_EQ(handler.taken, "abcdef");
  read();
  EXPECT_TRUE(handler.is_whole);
  EXPECT_NE(pair.receive(peer).find("HTTP/1.1 201 "), std::string::npos);
}

TEST_F(BodyReaderTest, TakesNoMoreThanItsLimitWhileNobodyReads) {
  constexpr size_t bytes = 16 << 20;
  begin(bytes);
  const std::string piece(65536, 'x');
  size_t sent = 0;
  for (int idle = 0; idle < 3;) {
    const size_t taken = pair.try_send(peer, piece);
    sent += taken;
    idle = taken == 0 ? idle + 1 : 0;
  }
  EXPECT_LT(sent, size_t{2} << 20);  // the sockets' own buffers among it
  while (!handler.is_whole && !handler.failed) {
    if (sent < bytes)
      sent += pair.try_send(peer, std::string_view(piece).substr(0, std::min(piece.size(), bytes - sent)));
    read();
  }
  EXPECT_EQ(handler.taken.size(), bytes);
}

TEST_F(BodyReaderTest, SaysThatTheClientWentAway) {
  begin(6);
  read();
  pair.send(peer, "abc");
  pair.turns();
  pair.hang_up(peer);
  read();
  ASSERT_TRUE(handler.failed);
  EXPECT_FALSE(handler.is_whole);
}

TEST_F(BodyReaderTest, SaysThatTheBodyCameTooSlowly) {
  begin(6);
  read();
  pair.advance_ms(31'000);
  ASSERT_TRUE(handler.failed);
  EXPECT_EQ(handler.failed->kind, ErrorKind::remote_server_timeout);
}

}  // namespace
}  // namespace teahouse::http::body_reader_test
