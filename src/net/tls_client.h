// TlsTrust, TlsClient: what a connection that we open is secured with: whom we trust, and whom we want to talk to.
//
// TLS 1.2 and 1.3 only. A certificate is good if an authority that is trusted vouches for it and one of its DNS names
// (or IP addresses) is the one wanted; its common name counts for nothing, and a wildcard stands for one whole label.
//
// Thread: any. Owns: one OpenSSL context, shared by all copies.
// Spec: RFC 9525; RFC 6066 section 3 (SNI); RFC 7301 (ALPN).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace teahouse::net {

class TlsContexts;

struct ServerNames;

class TlsTrust {
 public:
  // The authorities of this PEM file, or the system's, which takes some 20 ms of reading and parsing.
  // Errors: bad_request for a file that is none.
  static Result<TlsTrust> make(const std::string& ca_file = {});
  static TlsTrust nobody();  // no certificate is good

 private:
  friend class TlsSession;
  friend Result<void> judge_server(const TlsTrust& trust, const std::vector<std::string>& chain,
                                   const ServerNames& names);
  struct State;
  TlsTrust() = default;
  std::shared_ptr<State> state_;
};

struct TlsClient {
  TlsTrust trust;
  std::string name;               // a DNS name in ASCII or an IP address; of a name the server is told (SNI)
  std::vector<std::string> alpn;  // the protocols we speak, best first; none: not negotiated
  // Any certificate will do for the handshake: the caller judges Connection::peer_chain() (peer_certificate.h).
  bool is_judged_later = false;
  // The certificates of which the one of `shown_name` is shown to a server that asks; null: none is.
  const TlsContexts* shows = nullptr;
  std::string shown_name = {};
};

}  // namespace teahouse::net
