// TlsContexts: the certificates that this server shows, chosen by the name a client asks for (SNI), replaced while it
// runs.
//
// TLS 1.2 and 1.3 only, no renegotiation, no compression, released buffers, session tickets (tls_tickets.h). A name is
// matched exactly, then by a wildcard for its first label ("*.example.org"), then made or the fallback.
//
// A client's certificate, where one is asked for, is not checked: no chain is built; up to 32 KiB. peer_certificate.h
// judges one that is a server's.
//
// Thread: any; replacing is atomic, running connections keep what they have.
// Owns: one OpenSSL context for all names and, per name, only the parsed chain and key (a context each would cost
// 10,000 tenants more than all the rest of them).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace teahouse::net {

// Which clients are asked for a certificate in the handshake. They may show any, and need show none: what it is worth
// is for others to say. A browser that is asked shows its user a dialogue.
struct AskedPeers {
  bool without_alpn = false;  // those that offer no ALPN
  std::string alpn = {};      // and those for whom this protocol was chosen
  bool keeps_chain = false;   // Connection::peer_chain() has it to the end: no session is resumed by a ticket
};

class TlsContexts {
 public:
  TlsContexts();                             // by the system's clock
  explicit TlsContexts(const Clock& clock);  // it tells when tickets are too old
  ~TlsContexts();
  TlsContexts(const TlsContexts&) = delete;

  // Sets the certificate chain and key (PEM) for a name. Errors: bad_request, when they do not parse or do not belong
  // together.
  Result<void> set(std::string name, const std::string& chain_pem, const std::string& key_pem);
  // The same for a client that asks for no name, or for one that nobody has. Without it such a client is refused
  // (unrecognized_name).
  Result<void> set_fallback(const std::string& chain_pem, const std::string& key_pem);
  void remove(std::string_view name);
  bool has(std::string_view name) const;  // exactly this name
  // Asked in the handshake for a name that nobody has, before the fallback is shown; it may set() that name, and says
  // whether it did. A certificate costs a server nothing until somebody asks for it. Thread: it is called on any loop.
  void set_maker(std::function<bool(const std::string& name)> maker);

 private:
  friend class TlsSession;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace teahouse::net
