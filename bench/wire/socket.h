// Socket: one TCP connection, plain or TLS, without blocking; what is sent in a turn is written at its end, at once.
//
// Lifetime: the poller and `Events` outlive it; it is never destroyed inside one of its own calls.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bench/wire/poller.h"
#include "bench/wire/tls.h"

namespace teahouse::bench {

struct Address {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
};
Address parse_address(std::string_view text);  // "127.0.0.1:5222"; throws std::runtime_error

class Socket final : public Pollable {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_connected() {}                      // of connect(), and again after start_tls's handshake
    virtual void on_bytes(std::string_view bytes) = 0;  // valid during the call
    virtual void on_closed(std::string_view why) = 0;   // told once, not after close()
  };

  Socket(Poller& poller, Events& events) : poller_(poller), events_(events) {}
  ~Socket() override { close(); }
  Socket(const Socket&) = delete;

  void connect(const Address& address);
  void take(int fd);  // an accepted one
  // `alpn`, if not empty, is offered ("xmpp-client", by clients). REQUIRES: nothing is queued.
  void start_tls(const TlsContext& context, const std::string& server_name, const std::string& alpn = {});
  void send(std::string_view bytes);
  size_t queued_bytes() const { return out_.size() - written_; }
  // The kernel's buffer for what comes; a small one counts from the next connect() on. 0: as the kernel likes.
  void limit_receive_buffer(int bytes);
  // Bytes that come stay in the kernel, the connection's end too. REQUIRES: nothing is queued, and nothing sent
  // meanwhile.
  void stop_reading();
  void go_on_reading();
  bool is_open() const { return fd_ >= 0; }
  void close();  // at once

 private:
  void on_ready(uint32_t events) override;
  void on_turn_end() override;
  void read();
  void read_tls();
  void handshake();
  void write();
  void await(bool writable);
  void fail(std::string_view why);

  Poller& poller_;
  Events& events_;
  int fd_ = -1;
  struct ssl_st* tls_ = nullptr;
  bool connecting_ = false, shaking_ = false;
  bool flushes_ = false;  // is in the turn's end
  bool awaits_ = false;   // EPOLLOUT
  bool stopped_ = false;  // reads nothing
  int receive_bytes_ = 0;
  std::string out_;
  size_t written_ = 0;
};

// Accepts on an address, for a program that serves.
class Acceptor final : public Pollable {
 public:
  Acceptor(Poller& poller, const Address& address, std::function<void(int)> accept);
  ~Acceptor() override;

 private:
  void on_ready(uint32_t events) override;
  Poller& poller_;
  const std::function<void(int)> accept_;
  int fd_;
};

}  // namespace teahouse::bench
