// ClientStage: a Client, and servers for it on the same loop: ours, and a scripted one that breaks rules. For tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/client.h"
#include "http/router.h"
#include "http/server.h"
#include "net/fake/fake_dns.h"
#include "net/listener.h"

namespace teahouse::http::fake {

// Notes what an exchange tells; `then` may act in a call.
struct Recorder : Exchange::Events {
  void on_head(ResponseHead told) override {
    head = std::move(told);
    if (then) then();
  }
  void on_body(std::string_view bytes) override {
    body += bytes;
    if (then) then();
  }
  void on_complete() override { ++completed; }
  void on_failed(const Error& told) override {
    ++failed;
    error = told;
  }
  void on_writable() override {
    ++writable;
    if (then_writable) then_writable();
  }
  bool is_over() const { return completed + failed > 0; }

  ResponseHead head;
  std::string body;
  Error error{};
  int completed = 0, failed = 0, writable = 0;
  std::function<void()> then, then_writable;
};

// A server that answers each piece of what it gets as the test says.
struct Scripted : net::Connection::Events {
  using Script = std::function<void(Scripted&, std::string_view bytes)>;
  Scripted(std::unique_ptr<net::Connection> taken, Script& answers) : connection(std::move(taken)), script(answers) {
    connection->start(*this);
  }
  void on_bytes(std::string_view bytes) override {
    got += bytes;
    script(*this, bytes);
  }
  void on_closed(std::string_view) override { closed = true; }
  std::unique_ptr<net::Connection> connection;
  Script& script;
  std::string got;
  bool closed = false;
};

class ClientStage : public ::testing::Test {
 protected:
  ClientStage() {
    router_.add("POST", "/echo",
                [](const Request& request, Responder responder) { responder.send(make_text(200, request.body)); });
    router_.add("GET", "/where", [](const Request& request, Responder responder) {
      responder.send(make_text(200, std::string(request.headers.value("Host"))));
    });
    router_.add("GET", "/large", [](const Request&, Responder responder) {
      responder.send(make_text(200, std::string(1'000'000, 'x')));
    });
    router_.add("GET", "/moved", [](const Request&, Responder responder) {
      Response response = make_empty(302);
      response.headers.add("Location", "/where");
      responder.send(std::move(response));
    });
    router_.add("GET", "/held", [this](const Request&, Responder responder) { held_.push_back(std::move(responder)); });
    listener_ = *net::Listener::listen(loop_, "127.0.0.1:0", [this](auto accepted) {
      ++accepted_;
      server_.attach(std::move(accepted));
    });
    scripted_listener_ = *net::Listener::listen(loop_, "127.0.0.1:0", [this](auto accepted) {
      scripted_.push_back(std::make_unique<Scripted>(std::move(accepted), script_));
    });
    use({});
  }

  void use(ClientOptions options) {
    client_ = std::make_unique<Client>(loop_, dns_, net::TlsTrust::nobody(), std::move(options));
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(listener_->port()) + path;
  }
  std::string scripted_url() const { return "http://127.0.0.1:" + std::to_string(scripted_listener_->port()) + "/"; }
  static ClientRequest get(const std::string& url) {
    ClientRequest request;
    request.url = url;
    return request;
  }
  void turns(int count = 5) {
    for (int i = 0; i < count; ++i) loop_.run_once(0);
  }
  template <class Holds>
  void await(Holds holds) {
    while (!holds()) loop_.run_once(1000);
  }
  // "200 body", or why not.
  std::string ask(ClientRequest request) {
    std::string result;
    const Exchange exchange = client_->fetch(std::move(request), [&](Result<ClientResponse> answer) {
      error_ = answer ? Error{} : answer.error();
      result = answer ? std::to_string(answer->status) + " " + answer->body : answer.error().text;
    });
    await([&] { return !result.empty(); });
    return result;
  }
  // The scripted server sends this to whatever comes, and closes if told to.
  void answer_with(std::string bytes, bool close = false) {
    script_ = [bytes = std::move(bytes), close](Scripted& peer, std::string_view) {
      peer.connection->send(bytes);
      if (close) peer.connection->close();
    };
  }

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  net::fake::FakeDns dns_;
  Router router_;
  std::vector<Responder> held_;
  Server server_{loop_, router_};
  Scripted::Script script_ = [](Scripted&, std::string_view) {};
  std::vector<std::unique_ptr<Scripted>> scripted_;
  std::unique_ptr<net::Listener> listener_, scripted_listener_;
  std::unique_ptr<Client> client_;
  Error error_{};
  int accepted_ = 0;
};

}  // namespace teahouse::http::fake
