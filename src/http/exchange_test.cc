// The two bodies of an exchange, and its times.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/fake/client_stage.h"

namespace teahouse::http::exchange_test {
namespace {

using fake::Recorder;
using fake::Scripted;
class ExchangeTest : public fake::ClientStage {};

TEST_F(ExchangeTest, TakesAnAnswerAsFastAsItsOwnerDoes) {
  Recorder recorder;
  Exchange exchange;
  recorder.then = [&] { exchange.pause(); };
  exchange = client_->begin(get(url("/large")), recorder);
  await([&] { return recorder.head.status == 200; });
  turns(20);
  constexpr size_t piece_bytes_max = 128 * 1024;  // what waited, and one read of the socket
  EXPECT_LE(recorder.body.size(), piece_bytes_max);
  clock_.advance_ms(50'000);  // the owner takes its time
  turns();
  EXPECT_FALSE(recorder.is_over());
  while (!recorder.is_over()) {
    const size_t before = recorder.body.size();
    exchange.resume();
    turns();
    EXPECT_LE(recorder.body.size(), before + piece_bytes_max);
  }
  EXPECT_EQ(recorder.completed, 1);
  EXPECT_EQ(recorder.body.size(), 1'000'000U);
  EXPECT_EQ(client_->idle_connections(), 1U);
}

TEST_F(ExchangeTest, SendsABodyAsItComes) {
  for (const bool with_length : {false, true}) {
    Recorder recorder;
    ClientRequest request = get(url("/echo"));
    request.method = "POST";
    request.is_streamed = true;
    if (with_length) request.body_bytes = 500'000;
    Exchange exchange = client_->begin(request, recorder);
    exchange.write(std::string(100'000, 'a'));  // before there is a connection
    int rest = 4;
    recorder.then_writable = [&] {
      if (rest-- > 0) exchange.write(std::string(100'000, 'b'));
      if (rest == 0) exchange.finish();
    };
    await([&] { return recorder.is_over(); });
    EXPECT_EQ(recorder.completed, 1) << recorder.error.text;
    EXPECT_EQ(recorder.body, std::string(100'000, 'a') + std::string(400'000, 'b'));
    EXPECT_EQ(client_->idle_connections(), 1U);
  }
  for (const size_t wrong : {4U, 6U}) {
    Recorder recorder;
    ClientRequest request = get(url("/echo"));
    request.method = "POST";
    request.is_streamed = true;
    request.body_bytes = 5;
    Exchange exchange = client_->begin(request, recorder);
    exchange.write(std::string(wrong, 'x'));
    exchange.finish();
    await([&] { return recorder.is_over(); });
    EXPECT_EQ(recorder.error.kind, ErrorKind::bad_request);
  }
}

TEST_F(ExchangeTest, TakesAnAnswerThatComesBeforeTheBodyIsSent) {
  answer_with("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  Recorder recorder;
  ClientRequest request = get(scripted_url());
  request.method = "PUT";
  request.is_streamed = true;
  Exchange exchange = client_->begin(request, recorder);
  await([&] { return recorder.is_over(); });
  EXPECT_EQ(recorder.head.status, 413);
  EXPECT_EQ(recorder.completed, 1);
  EXPECT_EQ(client_->idle_connections(), 0U);  // the body that was begun has no end there
}

TEST_F(ExchangeTest, HasATimeForEachThing) {
  struct Row {
    const char* what;
    std::string sent;
    int64_t after_ms;
    std::function<void(ClientRequest&)> change;
  };
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx";
  const Row rows[] = {
      {"the first byte", "", 30'000, [](ClientRequest&) {}},
      {"idle", head, 30'000, [](ClientRequest&) {}},
      {"all of it", head, 20'000, [](ClientRequest& request) { request.timeout_ms = 20'000; }},
      {"a longer first byte", "", 50'000, [](ClientRequest& request) { request.first_byte_timeout_ms = 50'000; }},
  };
  for (const Row& row : rows) {
    answer_with(row.sent);
    Recorder recorder;
    ClientRequest request = get(scripted_url());
    row.change(request);
    const size_t before = scripted_.size();
    const Exchange exchange = client_->begin(request, recorder);
    await([&] { return scripted_.size() > before && !scripted_.back()->got.empty(); });
    turns();
    clock_.advance_ms(row.after_ms - 20);
    turns();
    EXPECT_FALSE(recorder.is_over()) << row.what;
    clock_.advance_ms(40);
    turns();
    EXPECT_EQ(recorder.error.kind, ErrorKind::remote_server_timeout) << row.what;
    EXPECT_EQ(recorder.failed, 1);
  }
  EXPECT_EQ(client_->idle_connections(), 0U);
}

TEST_F(ExchangeTest, WaitsForWhoTakesABodySlowly) {
  script_ = [](Scripted& peer, std::string_view) { peer.connection->pause(); };
  Recorder recorder;
  ClientRequest request = get(scripted_url());
  request.method = "PUT";
  request.body = std::string(40'000'000, 'x');
  request.timeout_ms = 0;
  const Exchange exchange = client_->begin(request, recorder);
  await([&] { return !scripted_.empty() && !scripted_[0]->got.empty(); });
  for (int i = 0; i < 5; ++i) {
    const size_t before = exchange.queued_bytes();
    while (exchange.queued_bytes() == before) {  // the kernel takes some more once its buffers are half empty
      scripted_[0]->connection->resume();
      turns();
    }
    clock_.advance_ms(29'000);
    turns();
    EXPECT_FALSE(recorder.is_over());
  }
  for (int i = 0; i < 3; ++i) {  // the first one still saw progress
    clock_.advance_ms(31'000);
    turns();
  }
  EXPECT_EQ(recorder.error.kind, ErrorKind::remote_server_timeout);
}

TEST_F(ExchangeTest, LimitsTheAnswer) {
  ClientRequest request = get(url("/large"));
  request.answer_bytes_max = 999'999;
  EXPECT_NE(ask(request).find("its body is larger than 999999 bytes"), std::string::npos);
  request.answer_bytes_max = 1'000'000;
  EXPECT_EQ(ask(request).size(), 1'000'004U);
  for (const char* nonsense :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    answer_with(nonsense, true);
    ask(get(scripted_url()));
    EXPECT_EQ(error_.kind, ErrorKind::service_unavailable);
  }
}

TEST_F(ExchangeTest, TellsAnAnswerThatBrokeOffFromOneThatEnded) {
  answer_with("HTTP/1.1 200 OK\r\n\r\nto the end", true);
  EXPECT_EQ(ask(get(scripted_url())), "200 to the end");
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nto the end", true);
  ask(get(scripted_url()));
  EXPECT_EQ(error_.kind, ErrorKind::service_unavailable);
  script_ = [](Scripted& peer, std::string_view) { peer.connection->close(); };
  EXPECT_NE(ask(get(scripted_url())).find("closed before it answered"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::http::exchange_test
