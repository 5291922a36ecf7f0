// AlpnSplitter: stands at the TLS listeners: waits for a connection's handshake and hands it to HTTP, XMPP or the relay
// of calls by what ALPN chose; where the client asked for nothing and the listener is HTTP's, by the first byte: an
// XMPP stream begins with '<', STUN messages with 0 or 1, and no HTTP request does so (browsers ask for nothing when
// they reach a TURN server).
//
// Thread: its loop. Owns: connections whose handshake is not done, or whose first byte has not come.
// Limits: both take at most 30 s; 10,000 at once. Spec: RFC 7443 for the relay's name, "stun.turn".
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>

#include "net/connection.h"
#include "net/tls.h"

namespace teahouse {

class AlpnSplitter {
 public:
  // The bytes are those that came already.
  using Handover = std::function<void(std::unique_ptr<net::Connection>, std::string_view early)>;
  struct Handovers {
    Handover xmpp, http;
    Handover stun;          // null: there is no relay
    Handover servers = {};  // other servers' streams; null: those of clients alone
  };

  AlpnSplitter(net::Loop& loop, const net::TlsContexts& contexts, Handovers handovers);
  ~AlpnSplitter();

  enum class Speaks { xmpp, http, stun, server };
  // `unless_asked`: the protocol of a client that offers no ALPN.
  void accept(std::unique_ptr<net::Connection> connection, Speaks unless_asked);

 private:
  class Handshake;
  void leave(Handshake& handshake);

  net::Loop& loop_;
  const net::TlsContexts& contexts_;
  const Handovers handovers_;
  std::unordered_set<std::shared_ptr<Handshake>> handshakes_;
};

}  // namespace teahouse
