// Doorman: stands at the TLS listeners: waits for a connection's handshake and hands it to HTTP or XMPP by what ALPN
// chose.
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

class Doorman {
 public:
  using Handover = std::function<void(std::unique_ptr<net::Connection>)>;

  Doorman(net::Loop& loop, const net::TlsContexts& contexts, Handover to_xmpp, Handover to_http);
  ~Doorman();

  enum class Speaks { xmpp, http };
  // `unless_asked`: the protocol of a client that offers no ALPN.
  void accept(std::unique_ptr<net::Connection> connection, Speaks unless_asked);

 private:
  class Guest;
  void leave(Guest& guest);

  net::Loop& loop_;
  const net::TlsContexts& contexts_;
  Handover to_xmpp_, to_http_;
  std::unordered_set<std::shared_ptr<Guest>> guests_;
};

}  // namespace teahouse
