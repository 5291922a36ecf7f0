// TlsEchoes: a listener that speaks TLS for two names and echoes what it gets, on two loops; for tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/certificate.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"
#include "net/tls.h"

namespace teahouse::net::fake {

// Echoes what it gets; "<starttls/>" begins TLS, as a stream would.
struct Echo : Connection::Events {
  void on_bytes(std::string_view bytes) override {
    if (connection->home().is_home() && !connection->is_secure() &&
        bytes.find("<starttls/>") != std::string_view::npos) {
      connection->send(std::string("<proceed/>"));
      connection->start_tls(*contexts, {}, default_name);
      return;  // the rest of the bytes is thrown away
    }
    received += bytes;
    connection->send(std::string(bytes));
    if (pauses) {
      connection->pause();
      Loop& loop = connection->home();  // the mailbox still comes in this turn, so that of the next one resumes
      loop.at_turn_end([alive = std::weak_ptr<Echo>(self), &loop] {
        loop.post([alive] {
          if (const auto echo = alive.lock()) echo->connection->resume();
        });
      });
    }
    if (!wander_to) return;
    std::swap(wander_to, wander_from);
    connection->move_to(**wander_from, [] {});  // from here on it is the other thread's
  }
  void on_secure() override { ++secured; }
  void on_closed(std::string_view reason) override {
    why = reason;
    closed.set_value();
  }
  std::shared_ptr<Echo> self{this, [](Echo*) {}};  // told by its weak ones: the test may have destroyed it
  std::unique_ptr<Connection> connection;
  const TlsContexts* contexts = nullptr;
  std::string default_name;
  std::string received;
  std::string why;
  int secured = 0;
  bool pauses = false;  // after each piece, until its loop's next turn
  RunningLoop* wander_to = nullptr;
  RunningLoop* wander_from = nullptr;
  std::promise<void> closed;
};

class TlsEchoes : public ::testing::Test {
 protected:
  TlsEchoes() {
    EXPECT_TRUE(contexts_.set("montague.lit", montague_.chain_pem, montague_.key_pem));
    EXPECT_TRUE(contexts_.set("*.capulet.lit", capulet_.chain_pem, capulet_.key_pem));
    loop_.run([this] {
      auto listener = Listener::listen(*loop_, "127.0.0.1:0", [this](std::unique_ptr<Connection> accepted) {
        auto echo = std::make_unique<Echo>();
        echo->contexts = &contexts_;
        echo->default_name = default_name_;
        echo->connection = std::move(accepted);
        if (direct_) echo->connection->start_tls(contexts_, alpn_, {}, asked_);
        echo->connection->start(*echo);
        echo->wander_to = wander_to_;
        echo->wander_from = &loop_;
        echoes_.push_back(std::move(echo));
      });
      ASSERT_TRUE(listener);
      listener_ = std::move(*listener);
    });
  }
  ~TlsEchoes() override {
    second_.run([] {});
    loop_.run([this] { listener_.reset(); });
    // A wandering one may be at home on either loop: each aborts its own.
    for (RunningLoop* loop : {&loop_, &second_}) {
      loop->run([this] {
        for (auto& echo : echoes_) {
          if (echo && echo->connection->home().is_home()) echo.reset();
        }
      });
    }
  }
  BlockingPeer connect() { return BlockingPeer::connect(listener_->port()); }
  Echo& echo(size_t index = 0) {
    Echo* result = nullptr;
    while (!result) {
      loop_.run([&] {
        if (echoes_.size() > index) result = echoes_[index].get();
      });
    }
    return *result;
  }

  const Certificate montague_ = make_certificate("montague.lit");
  const Certificate capulet_ = make_certificate("*.capulet.lit");
  FakeClock clock_;
  TlsContexts contexts_{clock_};
  RunningLoop loop_{0};
  RunningLoop second_{1};
  std::vector<std::unique_ptr<Echo>> echoes_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::string> alpn_;
  AskedPeers asked_;
  std::string default_name_;
  RunningLoop* wander_to_ = nullptr;
  bool direct_ = true;
};

}  // namespace teahouse::net::fake
