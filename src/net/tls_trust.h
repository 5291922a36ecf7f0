// The state of TlsTrust: an OpenSSL context with the authorities. Only for tls_client.cc and peer_certificate.cc.
#pragma once

#include "net/tls_client.h"
#include "net/tls_state.h"

namespace teahouse::net {

struct TlsTrust::State {
  SslCtxPtr context;
};

}  // namespace teahouse::net
