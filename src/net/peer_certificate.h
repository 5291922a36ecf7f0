// judge_server: is this chain of certificates one of the server of a domain? For both sides of a stream between
// servers: a server that comes shows the certificate that it has as a server, since authorities issue no others.
//
// An authority that is trusted vouches for it, for the purpose "server"; and it names the domain by a dNSName (perhaps
// with a wildcard for its first label), an SRVName of _xmpp-server, or an xmppAddr. Its common name counts for nothing.
//
// Thread: any.
// Errors: not_authorized, with what is wrong.
// Spec: RFC 9525; RFC 6120 section 13.7; RFC 4985 (SRVName); RFC 5280.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/tls_client.h"

namespace teahouse::net {

struct ServerNames {
  std::string domain;  // as a Jid has it
  std::string ascii;   // the same with A-labels
};

// `chain` is what Connection::peer_chain() gives.
Result<void> judge_server(const TlsTrust& trust, const std::vector<std::string>& chain, const ServerNames& names);

// Does the certificate (DER) name it? False for bytes that are no certificate.
bool names_server(std::string_view der, const ServerNames& names);

}  // namespace teahouse::net
