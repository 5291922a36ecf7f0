// StreamLine: one client of the relay over TCP or TLS: the messages in its stream of bytes, and those that go back.
//
// Thread: its loop's. Owns: the connection.
// Limits: 64 KiB of a message that is not whole yet, which the format bounds; data for a client that does not read is
// dropped above queued_bytes_max; a connection without an allocation ends after idle_ms.
// The mapped address that it is told has port 0, because a net::Connection does not know its peer's.
// Errors: bytes that begin neither a STUN message, nor ChannelData where there is an allocation, end the connection.
// Spec: RFC 8489 section 6.2.2; RFC 8656 sections 3.1 and 12.5 (ChannelData is padded to four bytes).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "calls/turn.h"
#include "net/connection.h"

namespace teahouse::calls {

class StreamLine final : public Line, private net::Connection::Events {
 public:
  static constexpr int64_t idle_ms = 60'000;
  static constexpr size_t queued_bytes_max = 256 * 1024;

  struct Owner {
    Turn& turn;
    std::function<void()> flush;               // sends what waits on the bytes of a call
    std::function<void(StreamLine&)> is_over;  // it may be destroyed, not before the turn's end
  };
  // `number` is its own.
  StreamLine(const Owner& owner, std::unique_ptr<net::Connection> connection, uint64_t number);
  ~StreamLine() override;

  // Begins; `early` are bytes that came already.
  void start(std::string_view early);
  void close();
  bool has_allocation() const { return owner_.turn.has_allocation(key_); }

  const LineKey& key() const override { return key_; }
  void send(std::string message) override;
  void relay(Frame message) override;
  std::unique_ptr<Line> keep() const override;

 private:
  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  size_t take_messages(std::string_view bytes);  // how many bytes were whole messages
  void watch_idle();

  const Owner& owner_;
  const std::unique_ptr<net::Connection> connection_;
  const std::shared_ptr<StreamLine*> self_;  // null in it once this is gone
  LineKey key_;
  std::string part_;  // of a message
  net::Timer idle_;
  bool is_broken_ = false;
};

}  // namespace teahouse::calls
