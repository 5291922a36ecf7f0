// Relay: two connections of which each gets what the other says, unchanged, until both have said all.
//
// One that has said its end (a half-closed socket) still hears the other; where one breaks, the other is reset, so that
// nobody takes half a file for a whole one.
//
// Thread: its loop. Owns: both connections.
// Limits: of each direction one read (64 KiB) that the other side did not take yet; its sender is not read from until
// then. A relay in which nothing moved for idle_ms is ended, at most idle_ms later.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "net/connection.h"
#include "net/loop.h"

namespace teahouse::bytestreams {

class Relay {
 public:
  static constexpr int64_t idle_ms = 300'000;

  // `hold` is let go with the connection: its place in a limit.
  struct Line {
    std::unique_ptr<net::Connection> connection;
    std::shared_ptr<const void> hold;
  };
  struct Events {
    std::function<void(size_t)> relayed;  // so many bytes went from one to the other
    std::function<void()> over;           // called once, but not after reset(); it must outlive this call
  };
  Relay(net::Loop& loop, Line one, Line other, Events events);
  Relay(const Relay&) = delete;

  void reset();  // both peers hear of a failure

 private:
  struct Side final : net::Connection::Events {
    explicit Side(Relay& its) : relay(its) {}
    void on_bytes(std::string_view bytes) override { relay.pass(*this, bytes); }
    void on_closed(std::string_view) override { relay.on_closed(*this); }
    void on_drained() override { relay.on_drained(*this); }
    bool on_peer_done() override;
    Relay& relay;
    Line line;
    Side* other = nullptr;
    bool has_ended = false;  // its peer says no more
  };

  void start(Side& side, Line line, Side& other);
  void pass(Side& from, std::string_view bytes);
  void on_closed(Side& side);
  void on_drained(Side& side);
  bool is_over() const;
  void finish(bool is_failure);
  void watch_idle();

  net::Loop& loop_;
  const Events events_;
  Side one_{*this}, other_{*this};
  net::Timer idle_;
  bool has_moved_ = true;
};

}  // namespace teahouse::bytestreams
