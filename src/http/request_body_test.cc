#include "http/request_body.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/fake/served_pair.h"

namespace teahouse::http::request_body_test {
namespace {

using fake::ServedPair;

constexpr uint64_t upload_bytes_max = 10'000'000;

// One request whose body the test takes by hand.
struct Upload final : RequestBody::Events {
  explicit Upload(Request asked, Responder duty) : request(std::move(asked)), responder(std::move(duty)) {}
  void take() { body = responder.take_body(*this); }
  void on_body(std::string_view bytes) override {
    received += bytes;
    largest = std::max(largest, bytes.size());
    if (pauses) body.pause();
  }
  void on_complete() override {
    ++completed;
    if (answers) responder.send(make_text(201, "stored " + std::to_string(received.size())));
  }
  void on_failed(const Error& told) override { errors.push_back(told); }

  Request request;
  Responder responder;
  RequestBody body;
  std::string received;
  size_t largest = 0;
  int completed = 0;
  std::vector<Error> errors;
  bool pauses = false;
  bool answers = true;
};

// Streams what is put below /files, and answers the rest at once.
struct UploadHandler final : Handler {
  BodyRule body_rule(const Request& head) const override {
    if (head.path.starts_with("/files")) return {upload_bytes_max, true};
    return {1000};
  }
  void on_request(Request request, Responder responder) override {
    if (!request.path.starts_with("/files")) return responder.send(make_text(200, "whole " + request.body));
    uploads.push_back(std::make_unique<Upload>(std::move(request), std::move(responder)));
    if (takes) uploads.back()->take();
  }
  std::vector<std::unique_ptr<Upload>> uploads;
  bool takes = true;
};

std::string put(uint64_t bytes, const std::string& headers = {}) {
  return "PUT /files/a HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n" + headers + "\r\n";
}
const std::string put_chunked = "PUT /files/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string get = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";

class RequestBodyTest : public ::testing::Test {
 protected:
  UploadHandler handler_;
  ServedPair pair_{handler_};
  size_t peer_ = pair_.connect();

  Upload& upload(size_t index = 0) { return *handler_.uploads.at(index); }
  // Sends until the server takes no more; says how many bytes that were.
  size_t send_all_it_takes(size_t bytes_max) {
    const std::string part(64 * 1024, 'x');
    size_t sent = 0;
    while (sent < bytes_max) {
      const size_t taken = pair_.try_send(peer_, part);
      sent += taken;
      if (taken == 0) break;
    }
    return sent;
  }
};

TEST_F(RequestBodyTest, ComesInPiecesAsTheyArrive) {
  EXPECT_EQ(pair_.exchange(peer_, put(6) + "abc"), "");
  EXPECT_EQ(upload().request.path, "/files/a");
  EXPECT_EQ(upload().received, "abc");
  EXPECT_EQ(upload().completed, 0);
  const std::string answers = pair_.exchange(peer_, "def" + get);
  EXPECT_EQ(upload().received, "abcdef");
  EXPECT_EQ(upload().completed, 1);
  EXPECT_NE(answers.find("stored 6"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("whole "));  // the request that was pipelined behind it
  EXPECT_TRUE(upload().errors.empty());
}

TEST_F(RequestBodyTest, ComesInChunksAndEmptyToo) {
  EXPECT_TRUE(pair_.exchange(peer_, put_chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").ends_with("stored 5"));
  EXPECT_EQ(upload(0).received, "abcde");
  std::string answer;
  for (const char c : put_chunked + "1\r\na\r\n1;x=y\r\nb\r\n0\r\nX: y\r\n\r\n") {
    answer += pair_.exchange(peer_, std::string(1, c));
  }
  EXPECT_TRUE(answer.ends_with("stored 2")) << answer;
  EXPECT_TRUE(pair_.exchange(peer_, put_chunked + "0\r\n\r\n").ends_with("stored 0"));
  EXPECT_TRUE(pair_.exchange(peer_, put(0)).ends_with("stored 0"));
  EXPECT_TRUE(pair_.exchange(peer_, "PUT /files/a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("stored 0"));
}

TEST_F(RequestBodyTest, WaitsInTheSocketWhileTheHandlerPauses) {
  pair_.send(peer_, put(8'000'000));
  upload().pauses = true;
  const size_t sent = send_all_it_takes(8'000'000);
  EXPECT_LT(sent, 1'500'000U);  // what the two sides' kernels hold, and our 64 KiB
  EXPECT_GT(upload().received.size(), 0U);
  EXPECT_LT(upload().received.size(), 200'000U);
  upload().pauses = false;
  upload().body.resume();
  pair_.send(peer_, std::string(8'000'000 - sent, 'x'));
  EXPECT_TRUE(pair_.receive(peer_).ends_with("stored 8000000"));
  EXPECT_LE(upload().largest, 200'000U);
}

TEST_F(RequestBodyTest, GoesOnPieceByPieceAsItIsResumed) {
  pair_.send(peer_, put(300'000));
  upload().pauses = true;
  pair_.send(peer_, std::string(100'000, 'x'));
  for (int i = 0; i < 100 && upload().completed == 0; ++i) {
    upload().body.resume();
    pair_.turns();
    if (i == 5) pair_.send(peer_, std::string(200'000, 'x'));
  }
  EXPECT_EQ(upload().received.size(), 300'000U);
  EXPECT_TRUE(pair_.receive(peer_).ends_with("stored 300000"));
}

TEST_F(RequestBodyTest, IsAskedForOnlyWhenTheHandlerTakesIt) {
  handler_.takes = false;
  EXPECT_EQ(pair_.exchange(peer_, put(3, "Expect: 100-continue\r\n")), "");
  upload().take();
  EXPECT_EQ(pair_.receive(peer_), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(pair_.exchange(peer_, "abc").ends_with("stored 3"));
}

TEST_F(RequestBodyTest, IsNotAskedForWhenTheHandlerRefuses) {
  handler_.takes = false;
  pair_.send(peer_, put(3, "Expect: 100-continue\r\n"));
  upload().responder.send(make_text(403, "no"));
  const std::string answer = pair_.receive(peer_);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);  // whether a body follows nobody knows
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(RequestBodyTest, AnEarlyAnswerPassesOverAShortRest) {
  handler_.takes = false;
  pair_.send(peer_, put(50'000) + std::string(10'000, 'x'));
  upload().responder.send(make_text(403, "no"));
  EXPECT_EQ(pair_.receive(peer_).find("Connection: close"), std::string::npos);
  EXPECT_TRUE(pair_.exchange(peer_, std::string(40'000, 'x') + get).ends_with("whole "));
}

TEST_F(RequestBodyTest, AnEarlyAnswerEndsTheConnectionOfALongRest) {
  handler_.takes = false;
  const size_t chunking = pair_.connect();
  pair_.send(peer_, put(5'000'000) + std::string(10'000, 'x'));
  pair_.send(chunking, put_chunked + "1\r\na\r\n");
  for (const auto& each : handler_.uploads) each->responder.send(make_text(403, "no"));
  for (const size_t peer : {peer_, chunking}) {
    EXPECT_NE(pair_.receive(peer).find("Connection: close"), std::string::npos);
    EXPECT_TRUE(pair_.closed(peer));
  }
  EXPECT_TRUE(upload().errors.empty());
}

TEST_F(RequestBodyTest, AnAnswerFromAmidTheBodyEndsIt) {
  pair_.send(peer_, put(5'000'000) + "abc");
  upload().responder.send(make_text(507, "full"));
  EXPECT_TRUE(pair_.exchange(peer_, "def").starts_with("HTTP/1.1 507 "));
  EXPECT_EQ(upload().received, "abc");
  EXPECT_EQ(upload().completed, 0);
  EXPECT_TRUE(upload().errors.empty());  // it knows what it answered
}

TEST_F(RequestBodyTest, AHandlerThatGivesUpMayAnswerLater) {
  pair_.send(peer_, put(60'000) + "abc");
  upload().body = {};
  EXPECT_EQ(pair_.exchange(peer_, "def"), "");
  EXPECT_EQ(upload().received, "abc");
  upload().responder = {};
  EXPECT_TRUE(pair_.receive(peer_).starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(pair_.exchange(peer_, std::string(60'000 - 6, 'x') + get).ends_with("whole "));
}

TEST_F(RequestBodyTest, IsRefusedAboveItsLimit) {
  EXPECT_TRUE(pair_.exchange(peer_, put(upload_bytes_max + 1)).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(handler_.uploads.empty());
  const size_t chunking = pair_.connect();
  pair_.send(chunking, put_chunked + "1\r\na\r\n");
  const std::string answer = pair_.exchange(chunking, "989680\r\n");  // 10,000,000
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_NE(answer.find(upload().request.id), std::string::npos);
  ASSERT_EQ(upload().errors.size(), 1U);
  EXPECT_EQ(upload().errors[0].kind, ErrorKind::policy_violation);
  upload().responder.send(make_text(200, "nobody gets this"));
  EXPECT_EQ(pair_.receive(chunking), "");
  EXPECT_TRUE(pair_.closed(chunking));
}

TEST_F(RequestBodyTest, ThatIsNoHttpIsRefused) {
  pair_.send(peer_, put_chunked + "1\r\na\r\n");
  EXPECT_TRUE(pair_.exchange(peer_, "-5\r\nabc").starts_with("HTTP/1.1 400 "));
  ASSERT_EQ(upload().errors.size(), 1U);
  EXPECT_EQ(upload().errors[0].kind, ErrorKind::bad_request);
}

TEST_F(RequestBodyTest, TellsOfAClientThatGoesAway) {
  const size_t silent = pair_.connect();
  const size_t other = pair_.connect();
  for (const size_t peer : {peer_, silent, other}) pair_.send(peer, put(1000) + "abc");
  upload(1).body.pause();
  pair_.hang_up(peer_);
  pair_.hang_up(silent);
  for (const size_t index : {size_t{0}, size_t{1}}) {
    ASSERT_EQ(upload(index).errors.size(), 1U) << index;
    EXPECT_EQ(upload(index).completed, 0);
    upload(index).responder.send(make_text(200, "nobody gets this"));
  }
  EXPECT_EQ(upload(1).errors[0].kind, ErrorKind::recipient_unavailable);
  EXPECT_TRUE(upload(2).errors.empty());
  EXPECT_TRUE(pair_.exchange(other, std::string(997, 'x')).ends_with("stored 1000"));
  EXPECT_EQ(pair_.server().connections(), 1U);
}

TEST_F(RequestBodyTest, OfAClientThatEndsItsSideIsWholeOrNot) {
  const size_t whole = pair_.connect();
  pair_.send(peer_, put(1000) + "abc");
  pair_.send(whole, put(3) + "abc");
  EXPECT_TRUE(pair_.receive(whole).ends_with("stored 3"));
  pair_.stop_sending(peer_);
  EXPECT_TRUE(pair_.receive(peer_).starts_with("HTTP/1.1 400 "));
  ASSERT_EQ(upload(0).errors.size(), 1U);
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(RequestBodyTest, ThatWaitsForItsHandlerIsWholeAlsoWhenTheClientHasEndedItsSide) {
  handler_.takes = false;
  pair_.send(peer_, put(3) + "abc");
  pair_.stop_sending(peer_);
  upload().take();
  EXPECT_TRUE(pair_.receive(peer_).ends_with("stored 3"));
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(RequestBodyTest, HasTimeOnlyForProgress) {
  const size_t steady = pair_.connect();
  pair_.send(peer_, put(100'000));
  pair_.send(steady, put(100'000));
  upload(0).pauses = true;  // its handler's pauses are no excuse for drops
  for (int i = 0; i < 5; ++i) {
    pair_.advance_ms(20'000);
    upload(0).body.resume();
    pair_.send(peer_, "x");
    pair_.send(steady, std::string(20'000, 'x'));
    upload(0).body.resume();
    pair_.turns();
  }
  EXPECT_TRUE(pair_.receive(peer_).starts_with("HTTP/1.1 408 "));
  ASSERT_EQ(upload(0).errors.size(), 1U);
  EXPECT_EQ(upload(0).errors[0].kind, ErrorKind::remote_server_timeout);
  EXPECT_TRUE(pair_.receive(steady).ends_with("stored 100000"));
}

TEST_F(RequestBodyTest, ASlowHandlerIsNotTheClientsFault) {
  pair_.send(peer_, put(6) + "abc");
  upload().body.pause();
  pair_.advance_ms(300'000);
  EXPECT_TRUE(upload().errors.empty());
  upload().body.resume();
  EXPECT_TRUE(pair_.exchange(peer_, "def").ends_with("stored 6"));
}

TEST_F(RequestBodyTest, ASlowRestAfterTheAnswerEndsTheConnectionWithoutAnother) {
  handler_.takes = false;
  pair_.send(peer_, put(3));
  upload().responder.send(make_text(403, "no"));
  EXPECT_TRUE(pair_.receive(peer_).ends_with("no"));
  pair_.advance_ms(30'010);
  EXPECT_EQ(pair_.receive(peer_), "");
  EXPECT_TRUE(pair_.closed(peer_));
}

TEST_F(RequestBodyTest, IsHarmlessWhenTheServerIsGone) {
  pair_.send(peer_, put(6) + "abc");
  upload().body.pause();
  upload().body.resume();
  pair_.destroy_server();
  pair_.turns();
  upload().body.resume();
  upload().body = {};
  EXPECT_TRUE(upload().errors.empty());
}

}  // namespace
}  // namespace teahouse::http::request_body_test
