// House: what all homes need to know to speak with other servers. Pair: the two domains of a stream between servers.
//
// Thread: any; it is immutable, but for what is safe by itself. Lifetime: the contexts outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "net/address_guard.h"
#include "net/peer_certificate.h"
#include "net/tls.h"
#include "net/tls_client.h"

namespace teahouse::s2s {

class Resumptions;

struct House {
  const net::TlsContexts& contexts;
  net::TlsTrust trust;                     // whose word for certificates of servers counts
  net::AddressGuard guard;                 // where we connect to
  std::string dialback_secret;             // the tenants' are made from it
  bool require_valid_certificates = true;  // of each server that we connect to; false: dialback is enough
  bool allow_private = false;              // any port by SRV, too
  int64_t connect_timeout_ms = 30'000;
  int64_t login_timeout_ms = 30'000;
  int64_t idle_ms = 600'000;
  std::shared_ptr<Resumptions> resumptions;
  int64_t queue_ms = int64_t{3} * 24 * 60 * 60 * 1000;  // so long a message waits for a peer
};

struct Pair {
  std::string ours, peer;
  friend bool operator<(const Pair& a, const Pair& b) { return std::tie(a.ours, a.peer) < std::tie(b.ours, b.peer); }
};

// The domain as DNS and certificates have it too; `ascii` is empty where that can't be.
net::ServerNames names_of(const std::string& domain);

}  // namespace teahouse::s2s
