// Connection::State: the parts of a Connection. Only for connection.cc (its life) and connection_io.cc (its bytes).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/home_checker.h"
#include "net/connection.h"
#include "net/loop.h"
#include "net/out_queue.h"
#include "net/strangers.h"
#include "net/tls_session.h"

namespace teahouse::net {

struct Connection::State final : Pollable, TurnEndWork {
  // fresh: not started. closing: writes what is queued. lingering: our FIN is sent, the peer's is awaited, so that no
  // reset overtakes the last bytes. over: the socket is gone.
  enum class Phase : uint8_t { fresh, open, closing, lingering, over };
  enum class Layer : uint8_t { plain, handshaking, secure };

  // Stands around each call-back. `gone` when the call destroyed or moved the connection: nothing of it may be touched.
  struct Guard {
    explicit Guard(State& guarded) : state(guarded), outer(guarded.guards) { guarded.guards = this; }
    ~Guard() {
      if (!gone) state.guards = outer;
    }
    Guard(const Guard&) = delete;
    State& state;
    Guard* outer;
    bool gone = false;
  };

  struct Stranger : net::ListNode {
    explicit Stranger(State& owner) : state(owner) {}
    State& state;
  };

  State(Loop& loop, int socket, std::string address, Strangers* strangers);
  ~State() override;

  void on_ready(uint32_t events) override;
  void on_turn_end() override;
  void request_turn_end() { home->at_turn_end(*this); }

  // connection_io.cc
  void push(SharedBytes bytes);
  size_t push_now(std::string_view bytes);
  std::optional<size_t> send_file(int file, uint64_t offset, size_t bytes);
  void end_sending();
  void step_handshake();
  bool skip_white_space();  // false: nothing else has come yet
  void read();
  void read_plain();
  void read_secure();
  void discard();
  void deliver(std::string_view bytes);
  void end_of_bytes();
  void flush();
  bool flush_plain();  // false: the socket is full or broken
  bool flush_secure();
  bool can_start_tls() const;
  void start_tls(const TlsContexts& contexts, const std::vector<std::string>& alpn, std::string default_name,
                 AskedPeers asked);
  void start_tls(const TlsClient& client);

  // connection.cc
  void close();
  void linger();
  void start_close_timer();
  void finish(std::string_view why);  // the end; tells the owner
  void release();                     // the end; tells nobody
  void forget_guards();
  void admit();
  void leave();
  void arrive();
  void update_interest();
  void on_hung_up(uint32_t ready);
  bool wants_bytes() const;

  Loop* home;
  Strangers* strangers;  // until it leaves its first loop
  ConnectionLimit* connections;
  Stranger stranger{*this};
  Events* events = nullptr;
  Guard* guards = nullptr;
  std::unique_ptr<TlsSession> tls;
  OutQueue queue;
  size_t plain_left = 0;     // bytes of the queue that go out before TLS begins
  size_t offered_bytes = 0;  // what TLS could not write yet: it wants no fewer when it tries again
  Timer close_timer;
  std::string peer_address;
  int fd;
  uint32_t interest = 0;  // as epoll was told
  uint32_t discarded_bytes = 0;
  Phase phase = Phase::fresh;
  Layer layer = Layer::plain;
  Rank rank = Rank::usual;
  bool watched = false;  // by home's epoll
  bool paused = false;
  bool lives = false;                  // the peer gave a sign of it since take_sign_of_life()
  bool peer_done = false;              // nothing more comes from the peer
  bool ends_sending = false;           // behind what is queued comes our FIN
  bool blocked = false;                // the kernel's buffer was full: wait for room
  bool asks_for_room = false;          // send_file() did not write all: on_drained is awaited
  bool read_again = false;             // OpenSSL may hold bytes of which epoll knows nothing
  bool may_bring_white_space = false;  // the peer, before its ClientHello
  bool travelling = false;             // between two loops
  bool distrusted = false;             // the server's certificate was not good
  HomeChecker checker;
};

}  // namespace teahouse::net
