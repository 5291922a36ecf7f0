#include "http/server.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/task.h"
#include "http/fake/served_pair.h"

namespace teahouse::http::server_test {
namespace {

using fake::ServedPair;

// Answers with method, path and body, or keeps the responders for later.
struct EchoHandler : Handler {
  BodyRule body_rule(const Request& head) const override { return {head.path == "/large" ? 300'000U : 1000U}; }
  void on_request(Request request, Responder responder) override {
    paths.push_back(request.path);
    last = request;
    if (hold) {
      held.push_back(std::move(responder));
    } else if (!drop) {
      responder.send(make_text(200, request.method + " " + request.path + " " + std::to_string(request.body.size())));
      responder.send(make_text(500, "a second answer is ignored"));
    }
  }
  std::vector<std::string> paths;
  std::vector<Responder> held;
  Request last;
  bool hold = false;
  bool drop = false;
};

std::string get(const std::string& path, const std::string& headers = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: capulet.lit\r\n" + headers + "\r\n";
}

TEST(Server, AnswersOnAConnectionThatIsKept) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t romeo = pair.connect();
  const size_t juliet = pair.connect();
  const std::string answer = pair.exchange(romeo, get("/a"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nServer: Teahouse\r\n"))
      << answer;
  EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /a 0"));
  EXPECT_EQ(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(handler.last.peer_address, "192.0.2.7");
  EXPECT_FALSE(handler.last.secure);
  EXPECT_EQ(handler.last.host, "capulet.lit");
  EXPECT_EQ(handler.last.id.size(), 16U);
  EXPECT_TRUE(pair.exchange(romeo, get("/b")).ends_with("GET /b 0"));
  EXPECT_EQ(pair.receive(juliet), "");
  EXPECT_EQ(pair.server().connections(), 2U);
  pair.hang_up(romeo);
  EXPECT_EQ(pair.server().connections(), 1U);
}

TEST(Server, HandlesPipelinedRequestsOneAfterTheOther) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  EXPECT_EQ(pair.exchange(peer, get("/a") + get("/b") + get("/c")), "");
  ASSERT_EQ(handler.held.size(), 1U);  // /b waits for /a's answer
  handler.held[0].send(make_text(200, "first"));
  EXPECT_TRUE(pair.receive(peer).ends_with("first"));
  ASSERT_EQ(handler.held.size(), 2U);
  handler.hold = false;
  handler.held[1].send(make_text(200, "second"));
  EXPECT_TRUE(pair.receive(peer).ends_with("GET /c 0"));
  EXPECT_EQ(handler.paths, (std::vector<std::string>{"/a", "/b", "/c"}));
}

TEST(Server, SaysThatAPeerHasLeftWhoseAnswerIsAwaited) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t romeo = pair.connect();
  const size_t juliet = pair.connect();
  pair.exchange(romeo, get("/a"));
  pair.exchange(juliet, get("/b"));
  ASSERT_EQ(handler.held.size(), 2U);
  int romeo_left = 0, juliet_left = 0;
  handler.held[0].when_peer_leaves([&] { ++romeo_left; });
  handler.held[1].when_peer_leaves([&] { ++juliet_left; });
  pair.hang_up(romeo);
  pair.turns();
  EXPECT_EQ(romeo_left, 1);
  EXPECT_EQ(juliet_left, 0);
  handler.held[0].when_peer_leaves([&] { ++romeo_left; });  // it has left already
  EXPECT_EQ(romeo_left, 2);
  handler.held[1].send(make_text(200, "answered"));
  EXPECT_TRUE(pair.receive(juliet).ends_with("answered"));
  pair.hang_up(juliet);
  pair.turns();
  EXPECT_EQ(juliet_left, 0);
}

TEST(Server, ManyPipelinedRequestsNeitherRecurseNorLoseOrder) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  std::string all;
  for (int i = 0; i < 3000; ++i) all += get("/" + std::to_string(i));
  std::string answers = pair.exchange(peer, all);
  for (int i = 0; i < 50; ++i) answers += pair.receive(peer);
  ASSERT_EQ(handler.paths.size(), 3000U);
  EXPECT_EQ(handler.paths[2999], "/2999");
  EXPECT_TRUE(answers.ends_with("GET /2999 0"));
}

TEST(Server, WaitsForAPeerThatDoesNotTakeItsAnswers) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  pair.send(peer, get("/a") + get("/b"));
  ASSERT_EQ(handler.held.size(), 1U);
  handler.held[0].send(make_text(200, std::string(3'000'000, 'x')));
  pair.turns();
  EXPECT_EQ(handler.held.size(), 1U);
  EXPECT_GT(pair.receive(peer).size(), 3'000'000U);
  EXPECT_EQ(handler.held.size(), 2U);
}

TEST(Server, GivesUpAPeerThatDoesNotTakeItsAnswer) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  pair.send(peer, get("/a"));
  handler.held[0].send(make_text(200, std::string(3'000'000, 'x')));
  pair.turns();
  pair.advance_ms(60'010);  // it took some in this minute ...
  EXPECT_EQ(pair.server().connections(), 1U);
  pair.advance_ms(60'010);  // ... and nothing in this one
  EXPECT_EQ(pair.server().connections(), 0U);
}

TEST(Server, ADroppedResponderAnswers500) {
  EchoHandler handler;
  handler.drop = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  const std::string answer = pair.exchange(peer, get("/a"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_NE(answer.find(handler.last.id), std::string::npos);
  EXPECT_TRUE(pair.exchange(peer, get("/b", "Accept: text/plain\r\n")).ends_with("may say why.\n"));
}

Task<void> answer_later(Executor& home, Executor& storage, Request request, Responder responder) {
  // Named, because GCC 12 destroys a temporary of a co_await's operand twice when it captures a string.
  const std::function<void(Async<std::string>::Done)> start = [&storage, path = request.path](auto done) {
    storage.post([path, done] { done(path + " found"); });
  };
  const std::string path = co_await Async<std::string>(home, start);
  responder.send(make_text(200, path));
}

TEST(Server, AnswersAfterACoroutineHasWaited) {
  struct Waiting : Handler {
    void on_request(Request request, Responder responder) override {
      spawn(answer_later(*home, *storage, std::move(request), std::move(responder)));
    }
    Executor* home = nullptr;
    Executor* storage = nullptr;
  } handler;
  const SystemClock clock;
  net::Loop storage(1, clock);
  ServedPair pair(handler);
  handler.home = &pair.loop();
  handler.storage = &storage;
  const size_t peer = pair.connect();
  const size_t gone = pair.connect();
  EXPECT_EQ(pair.exchange(peer, get("/a")), "");
  EXPECT_EQ(pair.exchange(gone, get("/b")), "");
  pair.hang_up(gone);
  storage.run_once(0);
  EXPECT_TRUE(pair.receive(peer).ends_with("/a found"));
  EXPECT_EQ(pair.receive(gone), "");
}

TEST(Server, ResponderIsHarmlessWhenEverythingIsGoneAndFromOtherThreads) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  const size_t other = pair.connect();
  pair.send(peer, get("/a"));
  pair.send(other, get("/b"));
  ASSERT_EQ(handler.held.size(), 2U);
  std::thread([&] { handler.held[0].send(make_text(200, "from elsewhere")); }).join();
  EXPECT_TRUE(pair.receive(peer).ends_with("from elsewhere"));
  pair.destroy_server();
  handler.held[1].send(make_text(200, "too late"));
  handler.held.clear();
  EXPECT_EQ(pair.receive(other), "");
}

TEST(Server, KnowsHeadAndConnectionCloseAndHttp10) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t head = pair.connect();
  const std::string answer = pair.exchange(head, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  EXPECT_FALSE(pair.closed(head));
  const size_t closing = pair.connect();
  EXPECT_NE(pair.exchange(closing, get("/a", "Connection: close\r\n") + get("/never")).find("Connection: close\r\n"),
            std::string::npos);
  EXPECT_TRUE(pair.closed(closing));
  const size_t old = pair.connect();
  EXPECT_TRUE(pair.exchange(old, "GET /old HTTP/1.0\r\n\r\n").ends_with("GET /old 0"));
  EXPECT_TRUE(pair.closed(old));
  EXPECT_EQ(handler.paths, (std::vector<std::string>{"/a", "/a", "/old"}));
}

TEST(Server, AnswersWhoHasClosedHisSide) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t quick = pair.connect();
  pair.send(quick, get("/a"));
  pair.stop_sending(quick);
  EXPECT_TRUE(pair.receive(quick).ends_with("GET /a 0"));
  EXPECT_TRUE(pair.closed(quick));
  handler.hold = true;
  const size_t slow = pair.connect();
  const size_t gone = pair.connect();
  for (const size_t peer : {slow, gone}) pair.send(peer, get("/b"));
  pair.stop_sending(slow);
  pair.hang_up(gone);
  ASSERT_EQ(handler.held.size(), 2U);
  EXPECT_FALSE(pair.closed(slow));
  for (Responder& held : handler.held) held.send(make_text(200, "late"));
  EXPECT_TRUE(pair.receive(slow).ends_with("late"));
  EXPECT_TRUE(pair.closed(slow));
  const size_t half = pair.connect();
  pair.send(half, "GET /c HTTP/1.1\r\nHo");
  pair.stop_sending(half);
  EXPECT_TRUE(pair.closed(half));
  pair.turns();
  EXPECT_EQ(pair.server().connections(), 0U);
}

TEST(Server, AnswersBadFramingAndCloses) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  const size_t other = pair.connect();
  const std::string smuggled =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/b");
  const std::string refused = pair.exchange(peer, smuggled);
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(refused.find("\"request_id\":\"\""), std::string::npos);
  EXPECT_TRUE(pair.closed(peer));
  EXPECT_TRUE(handler.paths.empty());
  EXPECT_TRUE(pair.exchange(other, get("/c")).ends_with("GET /c 0"));
}

TEST(Server, LimitsTheBodyByPath) {
  EchoHandler handler;
  ServedPair pair(handler);
  const std::string body(200'000, 'x');
  const size_t small = pair.connect();
  const std::string head = " HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n";
  const std::string too_large = pair.exchange(small, "POST /small" + head + body);
  EXPECT_TRUE(too_large.starts_with("HTTP/1.1 413 "));
  EXPECT_NE(too_large.find("\"code\":\"content-too-large\""), std::string::npos);
  EXPECT_NE(too_large.find("\r\nRequest-Id: "), std::string::npos);
  EXPECT_TRUE(pair.closed(small));
  const size_t large = pair.connect();
  EXPECT_TRUE(pair.exchange(large, "POST /large" + head + body).ends_with("POST /large 200000"));
}

TEST(Server, SaysContinueWhenAsked) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(pair.exchange(peer, head), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(pair.exchange(peer, "hello").ends_with("POST /a 5"));
  EXPECT_TRUE(pair.exchange(peer, head + "hello").starts_with("HTTP/1.1 200 OK"));  // it did not wait
}

TEST(Server, ClosesIdleConnections) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t silent = pair.connect();
  const size_t kept = pair.connect();
  pair.advance_ms(40'000);
  EXPECT_TRUE(pair.exchange(kept, get("/a")).ends_with("GET /a 0"));
  pair.advance_ms(21'000);
  EXPECT_TRUE(pair.closed(silent));
  EXPECT_FALSE(pair.closed(kept));
  pair.advance_ms(40'000);
  EXPECT_TRUE(pair.closed(kept));
  pair.advance_ms(6'000);
  EXPECT_EQ(pair.server().connections(), 0U);
}

TEST(Server, GivesASlowHeadThirtySecondsInAll) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t slow = pair.connect();
  pair.send(slow, "GET / HTTP/1.1\r\n");
  for (int i = 0; i < 5; ++i) {
    pair.advance_ms(5'900);
    pair.send(slow, "X: y\r\n");  // each drop does not prolong it
  }
  EXPECT_FALSE(pair.closed(slow));
  pair.advance_ms(1'000);
  EXPECT_TRUE(pair.receive(slow).starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_TRUE(pair.closed(slow));
}

TEST(Server, GivesASlowBodyTimeOnlyForProgress) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t steady = pair.connect();
  const size_t dripping = pair.connect();
  const std::string head = "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  pair.send(steady, head);
  pair.send(dripping, head);
  for (int i = 0; i < 5; ++i) {
    pair.advance_ms(20'000);
    pair.send(steady, std::string(20'000, 'x'));
    pair.send(dripping, "x");
  }
  EXPECT_TRUE(pair.receive(steady).ends_with("POST /large 100000"));
  EXPECT_TRUE(pair.receive(dripping).starts_with("HTTP/1.1 408 "));
}

TEST(Server, HasPatienceWithItsOwnHandler) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  pair.send(peer, get("/a"));
  pair.advance_ms(300'000);
  ASSERT_EQ(handler.held.size(), 1U);
  handler.held[0].send(make_text(200, "late"));
  EXPECT_TRUE(pair.receive(peer).ends_with("late"));
}

TEST(Server, ClosesIdleOnesNowAndBusyOnesAfterTheirAnswer) {
  EchoHandler handler;
  handler.hold = true;
  ServedPair pair(handler);
  const size_t idle = pair.connect();
  const size_t busy = pair.connect();
  pair.send(busy, get("/a"));
  EXPECT_TRUE(pair.server().owes_answers());
  pair.server().close();
  EXPECT_TRUE(pair.closed(idle));
  handler.held[0].send(make_text(200, "last"));
  EXPECT_TRUE(pair.receive(busy).ends_with("last"));
  EXPECT_TRUE(pair.closed(busy));
  EXPECT_FALSE(pair.server().owes_answers());
}

TEST(Server, OwesAnAnswerFromTheFirstByteOfARequest) {
  EchoHandler handler;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  EXPECT_FALSE(pair.server().owes_answers());
  pair.send(peer, "GE");
  EXPECT_TRUE(pair.server().owes_answers());
  pair.send(peer, "T /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(pair.receive(peer), "");
  EXPECT_FALSE(pair.server().owes_answers());
}

TEST(Server, NobodySplitsItsHeaders) {
  struct Splitting : Handler {
    void on_request(Request, Responder responder) override {
      Response response = make_text(200, "x");
      response.headers.add("Location", "/a\r\nSet-Cookie: evil=1");
      responder.send(std::move(response));
    }
  } handler;
  ServedPair pair(handler);
  const size_t peer = pair.connect();
  EXPECT_NE(pair.exchange(peer, get("/")).find("Location: /a  Set-Cookie"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::http::server_test
