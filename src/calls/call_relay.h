// CallRelay: the relay on one loop: its UDP socket, its connections, and the allocations that came by them.
//
// Thread: its loop's. Owns: all of that. Lifetime: the loop outlives it.
// Limits: Turn's, Packets' and StreamLine's; connections_max at once on this loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "calls/packets.h"
#include "calls/relay_ports.h"
#include "calls/stream_line.h"
#include "calls/turn.h"

namespace teahouse::calls {

class CallRelay final : public UdpSocket::Events {
 public:
  static constexpr size_t connections_max = 10'000;

  // Lifetime: what is given outlives it.
  CallRelay(net::Loop& loop, const Clock& clock, Turn::House& house, RelayAddresses& addresses,
            std::function<TenantPtr(TenantId)> tenant, Turn::Counters counters);
  ~CallRelay() override;

  // Opens the UDP port; the first loop takes it. Errors: open_udp()'s.
  Result<void> listen(const net::SocketAddress& address, Sharing sharing);
  // A connection over TCP, or TLS that is through its handshake; `early` are bytes that came already.
  void accept(std::unique_ptr<net::Connection> connection, std::string_view early = {});
  void stop();  // ends all, and takes nobody any more

  Turn& turn() { return turn_; }
  const Turn& turn() const { return turn_; }

 private:
  void on_packet(const Endpoint& peer, const Endpoint& local, Frame bytes) override;
  void leave(StreamLine& line);
  void sweep();

  net::Loop& loop_;
  Packets packets_;
  RelayPorts ports_;
  Turn turn_;
  std::unique_ptr<UdpSocket> udp_;
  const StreamLine::Owner owner_;
  std::unordered_map<uint64_t, std::shared_ptr<StreamLine>> streams_;
  uint64_t last_number_ = 0;
  net::Timer sweep_;
  bool is_stopped_ = false;
};

}  // namespace teahouse::calls
