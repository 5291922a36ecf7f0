// The sender of a request that a proxy passed on: what X-Forwarded-For and X-Forwarded-Proto say, as far as the proxy
// that wrote them is trusted.
//
// A client may write these headers too. So the list is read from its end, where the nearest proxy added whom it got the
// request from, and only past proxies that are trusted.
#pragma once

#include <string>

#include "http/message.h"
#include "net/networks.h"

namespace teahouse::http {

struct Sender {
  std::string address;
  bool secure = false;     // came over TLS: here, or to the trusted proxy, if that says which
  bool forwarded = false;  // a proxy passed it on: one that is trusted, or one that has left its headers
};

// `peer` and `secure` are the connection's own. Costs no more than the headers are long; the walk ends at the first
// address that is not trusted, or that is none.
Sender find_sender(const net::Networks& trusted, const std::string& peer, bool secure, const Headers& headers);

}  // namespace teahouse::http
