#include "http/fetch.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "http/router.h"
#include "net/fake/certificate.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"
#include "net/tls.h"

namespace teahouse::http::fetch_test {
namespace {

class FetchTest : public ::testing::Test {
 protected:
  FetchTest() {
    router_.add("POST", "/echo", [](const Request& request, Responder responder) {
      Response response = make_text(request.secure ? 201 : 200, request.query_string + "|" + request.body);
      response.headers.add("X-Host", request.headers.find("Host") ? *request.headers.find("Host") : "");
      response.headers.add("X-Key", std::string(request.headers.value("Authorization")));
      responder.send(std::move(response));
    });
    router_.add("GET", "/large", [](const Request&, Responder responder) {
      responder.send(make_text(200, std::string(1'000'000, 'x')));
    });
    router_.add("GET", "/never",
                [this](const Request&, Responder responder) { held_.push_back(std::move(responder)); });
    EXPECT_TRUE(contexts_.set_fallback(certificate_.chain_pem, certificate_.key_pem));
    std::ofstream(ca_file_) << certificate_.chain_pem;
    loop_.run([this] {
      server_ = std::make_unique<Server>(*loop_, router_);
      plain_ = *net::Listener::listen(*loop_, "127.0.0.1:0",
                                      [this](auto accepted) { server_->attach(std::move(accepted)); });
      secure_ = *net::Listener::listen(*loop_, "127.0.0.1:0", [this](auto accepted) {
        accepted->start_tls(contexts_, {"http/1.1"});
        server_->attach(std::move(accepted));
      });
    });
  }
  ~FetchTest() override {
    loop_.run([this] {
      plain_.reset();
      secure_.reset();
      held_.clear();
      server_.reset();
    });
    std::remove(ca_file_.c_str());
  }
  std::string plain_url() const { return "http://127.0.0.1:" + std::to_string(plain_->port()); }
  std::string secure_url() const { return "https://127.0.0.1:" + std::to_string(secure_->port()); }

  const net::fake::Certificate certificate_ = net::fake::make_certificate("localhost", "127.0.0.1");
  const std::string ca_file_ = ::testing::TempDir() + "teahouse_fetch_test_" + std::to_string(getpid()) + ".pem";
  net::TlsContexts contexts_;
  Router router_;
  std::vector<Responder> held_;
  net::fake::RunningLoop loop_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<net::Listener> plain_;
  std::unique_ptr<net::Listener> secure_;
};

TEST_F(FetchTest, AsksAndReads) {
  ClientRequest request;
  request.method = "POST";
  request.url = plain_url() + "/echo?a=b%20c";
  request.headers.add("Authorization", "Bearer key");
  request.body = "hello";
  const auto response = fetch(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "a=b%20c|hello");
  EXPECT_EQ(response->headers.value("x-key"), "Bearer key");
  EXPECT_EQ(response->headers.value("x-host"), "127.0.0.1:" + std::to_string(plain_->port()));
}

TEST_F(FetchTest, ReadsLargeAnswersHeadsAndProblems) {
  ClientRequest request;
  request.url = plain_url() + "/large";
  EXPECT_EQ(fetch(request)->body.size(), 1'000'000U);
  request.method = "HEAD";
  EXPECT_EQ(fetch(request)->headers.value("Content-Length"), "1000000");
  request.method = "GET";
  request.url = plain_url() + "/nowhere";
  EXPECT_EQ(fetch(request)->status, 404);
}

TEST_F(FetchTest, TrustsOnlyTheGivenAuthority) {
  ClientRequest request;
  request.method = "POST";
  request.url = secure_url() + "/echo";
  request.body = "secret";
  const auto distrusted = fetch(request);
  ASSERT_FALSE(distrusted);
  EXPECT_EQ(distrusted.error().kind, ErrorKind::not_authorized);
  const auto trusted = fetch(request, ca_file_);
  ASSERT_TRUE(trusted) << trusted.error().text;
  EXPECT_EQ(trusted->status, 201);
  EXPECT_EQ(trusted->body, "|secret");
}

TEST_F(FetchTest, ChecksTheNameInTheCertificate) {
  const auto other = net::fake::make_certificate("capulet.lit");
  ASSERT_TRUE(contexts_.set_fallback(other.chain_pem, other.key_pem));
  std::ofstream(ca_file_) << other.chain_pem;
  ClientRequest request;
  request.url = secure_url() + "/large";
  const auto response = fetch(request, ca_file_);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::not_authorized);
}

TEST_F(FetchTest, GivesUp) {
  ClientRequest request;
  request.url = plain_url() + "/never";
  request.timeout_ms = 20;
  const auto late = fetch(request);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::remote_server_timeout);
  uint16_t free_port = 0;
  loop_.run([&] { free_port = (*net::Listener::listen(*loop_, "127.0.0.1:0", [](auto) {}))->port(); });
  request.url = "http://127.0.0.1:" + std::to_string(free_port) + "/";
  const auto refused = fetch(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::service_unavailable);
  for (const char* url : {"", "capulet.lit", "ftp://h/", "http://", "http://h/ x", "http://h:99999999/"}) {
    request.url = url;
    const auto bad = fetch(request);
    ASSERT_FALSE(bad) << url;
    EXPECT_EQ(bad.error().kind, ErrorKind::bad_request) << url;
  }
}

}  // namespace
}  // namespace teahouse::http::fetch_test
