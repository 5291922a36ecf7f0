// Which connection a request goes over, what is refused, and what is left behind.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/fake/client_stage.h"

namespace teahouse::http::client_test {
namespace {

using fake::Recorder;
using fake::Scripted;
class ClientTest : public fake::ClientStage {};

TEST_F(ClientTest, KeepsAConnectionForTheNextRequestForAWhile) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(get(url("/where"))).starts_with("200 127.0.0.1:"));
  EXPECT_EQ(accepted_, 1);
  EXPECT_EQ(client_->idle_connections(), 1U);
  clock_.advance_ms(30'010);
  turns();
  EXPECT_EQ(client_->idle_connections(), 0U);
  ask(get(url("/where")));
  EXPECT_EQ(accepted_, 2);
  EXPECT_EQ(client_->exchanges(), 0U);
}

TEST_F(ClientTest, KeepsNoMoreConnectionsThanItMay) {
  ClientOptions options;
  options.idle_max = 2;
  use(options);
  std::vector<Exchange> exchanges;
  int done = 0;
  for (int i = 0; i < 5; ++i) exchanges.push_back(client_->fetch(get(url("/where")), [&](auto) { ++done; }));
  await([&] { return done == 5; });
  EXPECT_EQ(accepted_, 5);
  EXPECT_EQ(client_->idle_connections(), 2U);
}

TEST_F(ClientTest, BoundsTheConnectionsToAHostAndTheExchanges) {
  ClientOptions options;
  options.per_host_max = 2;
  options.exchanges_max = 4;
  use(options);
  std::vector<Exchange> exchanges;
  std::vector<std::string> done;
  for (int i = 0; i < 5; ++i) {
    exchanges.push_back(client_->fetch(get(url("/held")), [&, i](auto answer) {
      done.push_back(std::to_string(i) + (answer ? "" : " " + answer.error().text));
    }));
  }
  await([&] { return held_.size() == 2 && !done.empty(); });
  EXPECT_EQ(done, std::vector<std::string>{"4 too many requests to other servers are under way"});
  turns();
  EXPECT_EQ(held_.size(), 2U);
  EXPECT_EQ(accepted_, 2);
  exchanges[2] = Exchange();  // gives up before its turn
  held_[0].send(make_text(200, "x"));
  await([&] { return held_.size() == 3; });  // the fourth, on the first one's connection
  EXPECT_EQ(accepted_, 2);
  held_[1].send(make_text(200, "x"));
  held_[2].send(make_text(200, "x"));
  await([&] { return done.size() == 4; });
  EXPECT_EQ(client_->exchanges(), 0U);
  EXPECT_EQ(client_->idle_connections(), 2U);
}

TEST_F(ClientTest, AsksOnceMoreWhereAKeptConnectionWasClosed) {
  int answers = 0;
  script_ = [&](Scripted& peer, std::string_view) {
    // Each connection serves one request; the second one on it is cut off.
    if (peer.got.find("\r\n\r\n") + 4 != peer.got.size()) return peer.connection->abort();
    ++answers;
    peer.connection->send(std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  };
  EXPECT_EQ(ask(get(scripted_url())), "200 x");
  EXPECT_EQ(ask(get(scripted_url())), "200 x");
  EXPECT_EQ(scripted_.size(), 2U);
  // A request that is not idempotent may have been done: the caller decides.
  ClientRequest post = get(scripted_url());
  post.method = "POST";
  EXPECT_NE(ask(post).find("closed before it answered"), std::string::npos);
  EXPECT_EQ(error_.kind, ErrorKind::service_unavailable);
  EXPECT_EQ(answers, 2);
}

TEST_F(ClientTest, KeepsNoConnectionThatSaysMoreThanItWasAsked) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  EXPECT_EQ(ask(get(scripted_url())), "200 x");
  EXPECT_EQ(client_->idle_connections(), 0U);
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(ask(get(scripted_url())), "200 x");
  EXPECT_EQ(client_->idle_connections(), 1U);
  scripted_.back()->connection->send(std::string("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
  await([&] { return client_->idle_connections() == 0; });
  EXPECT_EQ(ask(get(scripted_url())), "200 x");
}

TEST_F(ClientTest, ConnectsToNoAddressThatTheGuardRefuses) {
  ClientOptions options;
  options.guard = net::AddressGuard::public_only();
  use(options);
  for (const char* host : {"127.0.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "10.0.0.1", "169.254.169.254"}) {
    ask(get("http://" + std::string(host) + ":" + std::to_string(listener_->port()) + "/where"));
    EXPECT_EQ(error_.kind, ErrorKind::forbidden) << host << " " << error_.text;
  }
  Recorder recorder;
  const Exchange exchange = client_->begin(get("http://inside.example:" + std::to_string(listener_->port())), recorder);
  turns();
  dns_.answer_addresses("inside.example", net::DnsType::aaaa, {"::1"});
  dns_.answer_addresses("inside.example", net::DnsType::a, {"127.0.0.1"});
  await([&] { return recorder.is_over(); });
  EXPECT_EQ(recorder.error.kind, ErrorKind::forbidden);
  turns();
  EXPECT_EQ(accepted_, 0);
}

TEST_F(ClientTest, FollowsNoRedirect) { EXPECT_EQ(ask(get(url("/moved"))), "302 "); }

TEST_F(ClientTest, RefusesRequestsThatSayMoreThanOne) {
  ClientRequest request = get(url("/where"));
  request.headers.add("X", "a\r\nY: b");
  ask(request);
  EXPECT_EQ(error_.kind, ErrorKind::bad_request);
  for (const char* name : {"X Y", "X:", "", "Host", "content-length", "Transfer-Encoding", "Connection", "X\r\nY"}) {
    request = get(url("/where"));
    request.headers.add(name, "1");
    ask(request);
    EXPECT_EQ(error_.kind, ErrorKind::bad_request) << name;
  }
  for (const char* method : {"", "GET /", "GET\r\n"}) {
    request = get(url("/where"));
    request.method = method;
    ask(request);
    EXPECT_EQ(error_.kind, ErrorKind::bad_request) << method;
  }
  ask(get("ftp://127.0.0.1/"));
  EXPECT_EQ(error_.kind, ErrorKind::bad_request);
  EXPECT_EQ(accepted_, 0);
}

TEST_F(ClientTest, LeavesNothingBehindWhereverAnExchangeIsEnded) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  Recorder recorder;
  Exchange exchange = client_->begin(get(scripted_url()), recorder);
  exchange = Exchange();  // before it began
  turns();
  exchange = client_->begin(get("http://shop.example/"), recorder);
  turns();
  EXPECT_EQ(dns_.asked(), 2U);
  exchange = Exchange();  // in the look-up
  EXPECT_EQ(dns_.asked(), 0U);
  for (const bool in_head : {true, false}) {  // out of its own calls
    Recorder other;
    other.then = [&] {
      if (in_head || !other.body.empty()) exchange = Exchange();
    };
    const size_t before = scripted_.size();
    exchange = client_->begin(get(scripted_url()), other);
    await([&] { return scripted_.size() > before && scripted_.back()->closed; });
    EXPECT_FALSE(other.is_over());
  }
  EXPECT_EQ(client_->exchanges(), 0U);
  EXPECT_EQ(client_->idle_connections(), 0U);
  std::unique_ptr<Exchange> own = std::make_unique<Exchange>();
  *own = client_->fetch(get(url("/where")), [&](auto) { own.reset(); });
  await([&] { return own == nullptr; });
  EXPECT_FALSE(recorder.is_over());
}

}  // namespace
}  // namespace teahouse::http::client_test
