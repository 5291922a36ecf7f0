// issue: an order of an ACME authority from its beginning, or from where it was left, to the certificate.
//
// Thread: the authority's loop. Limits: 10 minutes of waiting for the authority in all.
// Errors: those of Authority; bad_request with the authority's words for a name that it does not validate.
// Spec: RFC 8555 sections 7.4, 7.5 and 8; RFC 9773 section 5 ("replaces").
#pragma once

#include <functional>
#include <string>

#include "acme/authority.h"
#include "acme/challenges.h"

namespace teahouse::acme {

struct OrderWanted {
  std::string name;       // in ASCII
  std::string key_pem;    // of the certificate
  std::string order_url;  // of one that was begun with this key; empty: none
  std::string replaces;   // the ARI name of the certificate from before; empty: none
  int tried = 0;          // so often before: each try begins with another challenge
};

// Keeps the order's address, so that a crash leaves an order that can go on.
using KeepOrder = std::function<Task<Result<void>>(std::string order_url)>;

// The chain, the host's certificate first.
Task<Result<std::string>> issue(Authority& authority, Challenges& challenges, OrderWanted wanted, KeepOrder keep);

}  // namespace teahouse::acme
