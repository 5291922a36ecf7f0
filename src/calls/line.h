// Line: the way to one client: a UDP address, or a connection. RelayPort: an address that an allocation has for its
// peers. Both are made by sockets (relay_ports.h, stream_line.h) and by tests.
//
// Thread: the loop's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "calls/endpoint.h"

namespace teahouse::calls {

// Bytes in a buffer in which something may be written before them: so that a header is put before data without a copy.
// Valid until the end of the batch in which they came.
struct Frame {
  static constexpr size_t headroom_bytes = 64;
  char* begin = nullptr;  // headroom_bytes before it are free, and three behind the end
  size_t size = 0;
  std::string_view view() const { return {begin, size}; }
};

// RFC 8656's 5-tuple. A connection is told by its number, and has its client's address all the same.
struct LineKey {
  Endpoint client, local;
  uint64_t connection = 0;  // 0: UDP
  bool operator==(const LineKey&) const = default;
};
struct LineKeyHash {
  size_t operator()(const LineKey& key) const {
    return EndpointHash()(key.client) * 31 + EndpointHash()(key.local) + key.connection;
  }
};

class Line {
 public:
  virtual ~Line() = default;
  virtual const LineKey& key() const = 0;
  virtual void send(std::string message) = 0;
  virtual void relay(Frame message) = 0;           // one that is valid until the end of the batch
  virtual std::unique_ptr<Line> keep() const = 0;  // the same, for an allocation
  bool is_udp() const { return key().connection == 0; }
};

class PeerEvents {
 public:
  virtual ~PeerEvents() = default;
  virtual void on_peer(const Endpoint& peer, Frame data) = 0;
};

class RelayPort {
 public:
  virtual ~RelayPort() = default;
  virtual const Endpoint& address() const = 0;  // as clients are told it
  virtual void listen(PeerEvents& events) = 0;
  // The data is valid until the end of the batch.
  virtual void relay(const Endpoint& peer, std::string_view data, bool dont_fragment) = 0;
};

enum class PortWish : uint8_t { any, even, pair };  // RFC 8656 section 18.6; pair: the next one is reserved

class PortSource {
 public:
  virtual ~PortSource() = default;
  virtual bool has(Family family) const = 0;
  struct Opened {
    std::unique_ptr<RelayPort> port;
    std::string token;  // of the next port, with PortWish::pair
  };
  // A null port: there is none to be had.
  virtual Opened open(Family family, PortWish wish) = 0;
  virtual std::unique_ptr<RelayPort> take_reserved(std::string_view token) = 0;  // null: there is none of this token
};

}  // namespace teahouse::calls
