// AlpnSplitter: stands at the TLS listeners: waits for a connection's handshake and hands it to HTTP or XMPP by what
// ALPN chose.
//
// Thread: its loop. Owns: connections whose handshake is not done.
// Limits: a handshake takes at most 30 s; 10,000 at once.
#pragma once

#include <functional>
#include <memory>
#include <unordered_set>

#include "net/connection.h"
#include "net/tls.h"

namespace teahouse {

class AlpnSplitter {
 public:
  using Handover = std::function<void(std::unique_ptr<net::Connection>)>;

  AlpnSplitter(net::Loop& loop, const net::TlsContexts& contexts, Handover to_xmpp, Handover to_http);
  ~AlpnSplitter();

  enum class Speaks { xmpp, http };
  // `unless_asked`: the protocol of a client that offers no ALPN.
  void accept(std::unique_ptr<net::Connection> connection, Speaks unless_asked);

 private:
  class Handshake;
  void leave(Handshake& handshake);

  net::Loop& loop_;
  const net::TlsContexts& contexts_;
  Handover to_xmpp_, to_http_;
  std::unordered_set<std::shared_ptr<Handshake>> handshakes_;
};

}  // namespace teahouse
