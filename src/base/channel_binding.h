// ChannelBinding: bytes that both ends of one TLS connection know, and that nobody in between can have on both sides.
//
// Spec: RFC 5056, RFC 5929, RFC 9266.
#pragma once

#include <string>

namespace teahouse {

struct ChannelBinding {
  std::string type;  // "tls-exporter", "tls-unique", "tls-server-end-point"
  std::string data;
  // False: clients on OpenSSL have these bytes, but no RFC defines the type for this version of TLS. Nobody logs in by
  // it; it only shows that nobody is in between.
  bool offered = true;
};

}  // namespace teahouse
