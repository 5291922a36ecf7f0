#include "http/body_source.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "http/fake/served_pair.h"
#include "http/range.h"

namespace teahouse::http::body_source_test {
namespace {

using fake::ServedPair;

// The reads of a Made source; outlives it.
struct Story {
  int reads = 0;
  uint64_t given = 0;
  int living = 0;
};

// A body of `bytes` times 'x', of which the head promises `size`; each read waits for `gate`, where there is one.
class Made final : public BodySource {
 public:
  Made(Story& story, uint64_t bytes, std::optional<uint64_t> size) : story_(story), left_(bytes), size_(size) {
    ++story_.living;
  }
  ~Made() override { --story_.living; }
  std::optional<uint64_t> size() const override { return size_; }
  Task<Result<SharedBytes>> read(size_t bytes_max) override {
    ++story_.reads;
    if (gate) {
      const std::function<void(Async<int>::Done)> start = [this](auto done) { gate->push_back(std::move(done)); };
      co_await Async<int>(*home, start);
    }
    if (fails) co_return Error{ErrorKind::internal_server_error, "the disk is broken"};
    const size_t bytes = std::min<uint64_t>({left_, bytes_max + too_much, 100'000});
    left_ -= bytes;
    story_.given += bytes;
    co_return SharedBytes(std::string(bytes, 'x'));
  }

  std::vector<Async<int>::Done>* gate = nullptr;
  Executor* home = nullptr;
  bool fails = false;
  size_t too_much = 0;

 private:
  Story& story_;
  uint64_t left_;
  std::optional<uint64_t> size_;
};

// Answers /source with the test's source.
struct SourceHandler final : Handler {
  void on_request(Request request, Responder responder) override {
    Response response = make_text(200, request.path);
    if (request.path == "/source") response.source = std::move(source);
    responder.send(std::move(response));
  }
  std::shared_ptr<Made> source;
};

class BodySourceTest : public ::testing::Test {
 protected:
  SourceHandler handler_;
  ServedPair pair_{handler_};
  size_t peer_ = pair_.connect();
  Story story_;

  Made& offer(uint64_t bytes, std::optional<uint64_t> size) {
    handler_.source = std::make_shared<Made>(story_, bytes, size);
    return *handler_.source;
  }
  static std::string ask(const std::string& method = "GET", const std::string& version = "1.1") {
    return method + " /source HTTP/" + version + "\r\nHost: h\r\n\r\n";
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
};

const std::string get_next = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(BodySourceTest, IsReadAsThePeerTakesIt) {
  offer(5'000'000, 5'000'000);
  pair_.send(peer_, ask() + get_next);
  pair_.turns(20);
  EXPECT_GT(story_.given, 0U);
  EXPECT_LT(story_.given, 1'500'000U);  // what waits here, and what the kernel holds
  const std::string answers = pair_.receive(peer_);
  EXPECT_EQ(story_.given, 5'000'000U);
  EXPECT_NE(answers.find("Content-Length: 5000000\r\n"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("\r\n\r\n/next"));
  EXPECT_NE(answers.find("\r\n\r\n" + std::string(5'000'000, 'x') + "HTTP/1.1 200 OK\r\n"), std::string::npos);
  EXPECT_EQ(story_.living, 0);
}

TEST_F(BodySourceTest, GoesInChunksWhenNobodyKnowsItsLength) {
  offer(250'000, {});
  const std::string answer = pair_.exchange(peer_, ask());
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  const std::string part(100'000, 'x');
  EXPECT_EQ(body_of(answer),
            "186a0\r\n" + part + "\r\n186a0\r\n" + part + "\r\nc350\r\n" + std::string(50'000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(pair_.exchange(peer_, get_next).ends_with("/next"));
}

TEST_F(BodySourceTest, EndsWithTheConnectionForHttp10) {
  offer(250'000, {});
  const std::string answer = pair_.exchange(peer_, ask("GET", "1.0"));
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
  EXPECT_EQ(body_of(answer), std::string(250'000, 'x'));
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(BodySourceTest, IsNotReadForHead) {
  offer(5'000, 5'000);
  const std::string answer = pair_.exchange(peer_, ask("HEAD"));
  EXPECT_NE(answer.find("Content-Length: 5000\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
  offer(5'000, {});
  EXPECT_EQ(body_of(pair_.exchange(peer_, ask("HEAD"))), "");
  EXPECT_EQ(story_.reads, 0);
  EXPECT_EQ(story_.living, 0);
  EXPECT_TRUE(pair_.exchange(peer_, get_next).ends_with("/next"));
}

TEST_F(BodySourceTest, MayBeEmpty) {
  offer(0, 0);
  EXPECT_NE(pair_.exchange(peer_, ask()).find("Content-Length: 0\r\n"), std::string::npos);
  offer(0, {});
  EXPECT_EQ(body_of(pair_.exchange(peer_, ask())), "0\r\n\r\n");
  EXPECT_TRUE(pair_.exchange(peer_, get_next).ends_with("/next"));
}

TEST_F(BodySourceTest, MayTakeItsTime) {
  std::vector<Async<int>::Done> gate;
  Made& made = offer(10, 10);
  made.gate = &gate;
  made.home = &pair_.loop();
  const size_t other = pair_.connect();
  EXPECT_EQ(body_of(pair_.exchange(peer_, ask() + get_next)), "");
  EXPECT_TRUE(pair_.server().owes_answers());
  pair_.advance_ms(300'000);
  EXPECT_TRUE(pair_.exchange(pair_.connect(), get_next).ends_with("/next"));
  ASSERT_EQ(gate.size(), 1U);
  gate[0](0);
  const std::string rest = pair_.receive(peer_);
  EXPECT_TRUE(rest.starts_with("xxxxxxxxxxHTTP/1.1 200 "));
  EXPECT_TRUE(rest.ends_with("/next"));
  EXPECT_EQ(pair_.receive(other), "");
  EXPECT_FALSE(pair_.server().owes_answers());
}

TEST_F(BodySourceTest, ThatFailsOrLiesBreaksTheConnectionOff) {
  for (const char* how : {"fails", "is short", "is long", "fails unpromised"}) {
    const size_t peer = pair_.connect();
    const std::string_view what = how;
    Made& made = offer(what == "is short" ? 5 : 20, what == "fails unpromised" ? std::nullopt : std::optional(10));
    made.fails = what.starts_with("fails");
    made.too_much = what == "is long" ? 5 : 0;
    const std::string answer = pair_.exchange(peer, ask() + get_next);
    EXPECT_TRUE(pair_.closed(peer)) << how;
    EXPECT_EQ(answer.find("/next"), std::string::npos) << how;
    EXPECT_FALSE(answer.ends_with("0\r\n\r\n")) << how;
    EXPECT_EQ(story_.living, 0) << how;
  }
}

TEST_F(BodySourceTest, GoesWithItsClient) {
  offer(5'000'000, 5'000'000);
  pair_.send(peer_, ask());
  EXPECT_EQ(story_.living, 1);
  pair_.hang_up(peer_);
  EXPECT_EQ(story_.living, 0);
  EXPECT_LT(story_.given, 1'500'000U);
}

TEST_F(BodySourceTest, ThatIsBeingReadGoesAfterTheRead) {
  std::vector<Async<int>::Done> gate;
  for (const bool server_goes : {false, true}) {
    const size_t peer = pair_.connect();
    Made& made = offer(10, 10);
    made.gate = &gate;
    made.home = &pair_.loop();
    pair_.send(peer, ask());
    server_goes ? pair_.destroy_server() : pair_.hang_up(peer);
    EXPECT_EQ(story_.living, 1);
    gate.back()(0);
    pair_.turns();
    EXPECT_EQ(story_.living, 0);
  }
}

TEST_F(BodySourceTest, IsSentToAClientThatHasEndedItsSide) {
  offer(2'000'000, 2'000'000);
  pair_.send(peer_, ask());
  pair_.stop_sending(peer_);
  EXPECT_TRUE(pair_.receive(peer_).ends_with("xxx"));
  EXPECT_EQ(story_.given, 2'000'000U);
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(BodySourceTest, IsSentToItsEndWhenTheServerCloses) {
  offer(2'000'000, 2'000'000);
  pair_.send(peer_, ask());
  pair_.server().close();
  EXPECT_TRUE(pair_.server().owes_answers());
  EXPECT_TRUE(pair_.receive(peer_).ends_with("xxx"));
  EXPECT_EQ(story_.given, 2'000'000U);
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(BodySourceTest, GivesUpAPeerThatTakesNothing) {
  offer(50'000'000, 50'000'000);
  const size_t slow = pair_.connect();
  pair_.send(peer_, ask());
  offer(50'000'000, 50'000'000);
  pair_.send(slow, ask());
  for (int i = 0; i < 20; ++i) {
    pair_.advance_ms(20'000);
    EXPECT_GT(pair_.receive_some(slow, 1'000'000), 0U) << i;
  }
  EXPECT_EQ(pair_.server().connections(), 1U);
  EXPECT_EQ(story_.living, 1);
}

}  // namespace
}  // namespace teahouse::http::body_source_test
