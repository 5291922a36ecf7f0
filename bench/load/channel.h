// Channel: elements in and out of one connection, whatever its transport: TCP, TLS, WebSocket (RFC 7395).
//
// Lifetime: as a Socket's. Limits: none on what the server sends.
#pragma once

#include <string>
#include <string_view>

#include "bench/load/target.h"
#include "bench/wire/socket.h"

namespace teahouse::bench {

class Channel final : private Socket::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_connected() = 0;                        // elements can flow now; again after start_tls()
    virtual void on_element(std::string_view element) = 0;  // stream header and end too, as they came
    virtual void on_closed(std::string_view why) = 0;
  };

  Channel(Poller& poller, const Target& target, const TlsContext& tls, Events& events);

  void connect(const std::string& server_name);
  void start_tls();  // after <proceed/>
  void open_stream();
  void send(std::string_view element);
  void end_stream();
  void close() { socket_.close(); }
  bool is_open() const { return socket_.is_open(); }
  size_t queued_bytes() const { return socket_.queued_bytes(); }
  void limit_receive_buffer(int bytes) { socket_.limit_receive_buffer(bytes); }
  void stop_reading() { socket_.stop_reading(); }
  void go_on_reading() { socket_.go_on_reading(); }

 private:
  enum class Wait { tcp, tls, upgrade, nothing };

  void on_connected() override;
  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  bool take_upgrade(std::string_view& bytes);
  bool take_frame(std::string_view& bytes);
  bool take_element(std::string_view& bytes);
  void send_frame(std::string_view payload, unsigned char opcode);

  const Target& target_;
  const TlsContext& tls_;
  Events& events_;
  Socket socket_;
  std::string server_name_;
  Wait wait_ = Wait::nothing;
  std::string pending_;  // the beginning of an element or frame
};

}  // namespace teahouse::bench
