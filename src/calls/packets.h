// Packets: the UDP of the relay on one loop: what comes in batches goes out in batches, and is not copied between.
//
// A socket's packets are read into buffers that the loop's sockets share, and handed on one after another. Packets that
// are sent meanwhile name bytes in these buffers, and leave at the end of the batch: for each socket by one sendmmsg(),
// where packets of one size for one address that follow each other go to the kernel as one (UDP GSO). A packet that the
// kernel does not take is dropped, as by any router.
//
// Thread: its loop's. Lifetime: outlives its sockets.
// Limits: batch_max packets a turn of each socket; packets of packet_bytes_max, longer ones are dropped.
// Spec: udp(7), and UDP_SEGMENT in Linux's udp.h.
#pragma once

#include <sys/uio.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calls/line.h"
#include "net/loop.h"

namespace teahouse::calls {

class UdpSocket;

class Packets {
 public:
  static constexpr size_t batch_max = 32, packet_bytes_max = 2048;

  // `begin` is called before the packets of a batch.
  Packets(net::Loop& loop, std::function<void()> begin);
  ~Packets();
  Packets(const Packets&) = delete;

  // Sends what waits; for bytes that are about to go.
  void flush();
  net::Loop& loop() const { return loop_; }

 private:
  friend class UdpSocket;
  struct Outgoing {
    UdpSocket* socket;  // null: it is sent, or gone
    iovec bytes;
    Endpoint to, local;
  };
  struct Buffers;
  void read(UdpSocket& socket);
  void add(UdpSocket& socket, const Endpoint& to, std::string_view bytes, const Endpoint& local);
  void forget(const UdpSocket& socket);
  void send_all_of(UdpSocket& socket, size_t first);

  net::Loop& loop_;
  const std::function<void()> begin_;
  const std::unique_ptr<Buffers> buffers_;
  std::vector<Outgoing> outgoing_;
  bool has_gso_ = true;
};

class UdpSocket final : private net::Pollable {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    // `local`: the address of ours that it came to, without a port, of a socket that listens at all of them.
    virtual void on_packet(const Endpoint& peer, const Endpoint& local, Frame bytes) = 0;
  };
  // Takes over a bound socket, as open_udp() makes one.
  UdpSocket(Packets& packets, int fd, Events& events);
  ~UdpSocket() override;
  UdpSocket(const UdpSocket&) = delete;

  // The bytes are valid until the end of the batch; flush() sends them outside of one.
  void send(const Endpoint& to, std::string_view bytes, const Endpoint& local = {}) {
    packets_.add(*this, to, bytes, local);
  }
  void send_now(const Endpoint& to, std::string_view bytes, const Endpoint& local = {});
  // Whether routers may cut what is sent from now on.
  void set_dont_fragment(bool is_on);
  uint16_t port() const { return port_; }
  int release();  // gives the socket back

 private:
  friend class Packets;
  void on_ready(uint32_t events) override;

  Packets& packets_;
  Events& events_;
  int fd_;
  uint16_t port_ = 0;
  bool is_v6_ = false, tells_local_ = false;
};

// Whose a port is: one socket's alone; or of a socket for each loop, of which the first takes it and the others join,
// and the kernel gives each client to one of them.
enum class Sharing : uint8_t { none, first, joined };
// A bound socket. Errors: as net::Datagram's.
Result<int> open_udp(const net::SocketAddress& address, Sharing sharing);

}  // namespace teahouse::calls
