// Peer: a connection to the proxy from its first byte until its stream is activated, when a Relay takes it over.
//
// It shakes hands (Handshake), goes to the loop of its hash, and waits there for its counterpart and for the
// activation. Bytes that come before that are dropped (XEP-0065 section 10.1).
//
// Thread: its present loop. Owns: its connection.
// Limits: handshake_ms for all of the handshake, wait_ms then; early_bytes_max before the activation.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "modules/bytestreams/handshake.h"
#include "modules/bytestreams/relay.h"
#include "net/connection.h"
#include "net/intrusive_list.h"

namespace teahouse::bytestreams {

class Streamhost;

class Peer final : public net::Connection::Events, public std::enable_shared_from_this<Peer>, public net::ListNode {
 public:
  static constexpr int64_t handshake_ms = 20'000, wait_ms = 60'000;
  static constexpr size_t early_bytes_max = 64 * 1024;

  Peer(Streamhost& host, Relay::Line line) : host_(&host), line_(std::move(line)) {}
  void start();
  const std::string& hash() const { return handshake_.hash(); }
  // Of its hash's loop, where it waits from now on, or is refused.
  void wait(Streamhost& host);
  void refuse();
  Relay::Line take_line();  // it is done

 private:
  friend class Streamhost;
  // net::Connection::Events
  void on_bytes(std::string_view bytes) override;
  void on_closed(std::string_view why) override;

  void close();
  void end_in(int64_t time_ms);

  Streamhost* host_;
  Relay::Line line_;
  Handshake handshake_;
  net::Timer timer_;
  size_t early_bytes_ = 0;
};

}  // namespace teahouse::bytestreams
