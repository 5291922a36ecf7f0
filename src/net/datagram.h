// Datagram: a UDP socket: packets in batches (recvmmsg, sendmmsg), each with the address it came to, so that the answer
// leaves from there.
//
// Packets sent during a turn leave at its end together. UDP promises nothing: a packet that the kernel refuses is
// dropped, as one lost on the way.
//
// Thread: its loop's. Lifetime: the loop outlives it.
// Limits: packets of at most 2,048 bytes come in, 32 a turn, longer ones are dropped; 1 MiB waits to be sent, then
// send() refuses.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"
#include "net/loop.h"

namespace teahouse::net {

class Datagram {
 public:
  static constexpr size_t packet_bytes_max = 2048;
  static constexpr size_t queued_bytes_max = 1024 * 1024;

  struct Packet {
    std::string_view bytes;  // valid during the call
    SocketAddress peer;
    SocketAddress local;  // the address of ours that it was sent to; its port is port()
  };
  using Receive = std::function<void(const Packet&)>;

  // `address` is as a Listener's; port 0 takes a free one. `receive` may destroy the socket.
  // Errors: bad_request for an address that does not parse; conflict when somebody has it, forbidden,
  // service_unavailable.
  static Result<std::unique_ptr<Datagram>> open(Loop& loop, const std::string& address, Receive receive);
  ~Datagram();  // what was not sent yet is dropped
  Datagram(const Datagram&) = delete;

  // `from` is an address of ours, a Packet's `local`; left out, the kernel chooses. False: too much waits already.
  bool send(const SocketAddress& to, std::string bytes, const SocketAddress& from = {});
  size_t queued_bytes() const;  // the memory that what is not sent yet takes
  uint16_t port() const;

 private:
  struct State;
  explicit Datagram(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::net
