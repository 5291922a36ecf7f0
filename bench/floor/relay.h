// Relay: copies messages between named connections. Anything that it does not expect ends the connection.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/wire/socket.h"

namespace teahouse::bench {

class Relay {
 public:
  explicit Relay(Poller& poller);
  ~Relay();
  // `tls` is null for a plain one; else it outlives the relay.
  void accept(int fd, const TlsContext* tls);
  void forget_closed();  // REQUIRES: called between turns

 private:
  class Peer;
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  template <class T>
  using Names = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

  void handle(Peer& from, std::string_view stanza);
  void copy(std::string_view stanza);

  Poller& poller_;
  std::unordered_map<Peer*, std::unique_ptr<Peer>> peers_;
  Names<Peer*> named_;
  Names<std::vector<Peer*>> rooms_;
  std::vector<Peer*> closed_;
};

}  // namespace teahouse::bench
