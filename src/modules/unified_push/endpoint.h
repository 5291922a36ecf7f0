// Endpoint: what the token in a push address stands for: an app on a client of an account, until it expires. The token
// is all of it, sealed under a key of the tenant's: nothing is stored, nobody can guess one, and that of another tenant
// does not open.
//
// Thread: any.
// Limits: address_bytes_max of an account's localpart and a resourcepart together.
// Errors: bad_request for what is no request to register; not_acceptable for a long address; item_not_found for a token
// that does not open here, or has expired.
// Spec: the draft http://gultsch.de/xmpp/drafts/unified-push, as its provider "up" and Conversations have it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tenant/tenant.h"
#include "xml/document.h"

namespace teahouse::unified_push {

inline constexpr char ns[] = "http://gultsch.de/xmpp/drafts/unified-push";
inline constexpr size_t hash_bytes = 32, address_bytes_max = 512, token_bytes_max = 1024;
inline constexpr int64_t valid_ms = 7LL * 24 * 60 * 60 * 1000;  // clients renew a day before that

struct Endpoint {
  int64_t expires_ms = 0;                         // wall clock
  int64_t incarnation = 0;                        // of the account
  std::string application, instance;              // hashes that the client has made: hash_bytes each
  std::string localpart = {}, resourcepart = {};  // of the client
  bool operator==(const Endpoint&) const = default;
};

// <register/>: the hashes, in base64; nothing else is set.
Result<Endpoint> read_register(const xml::Element& element);

std::string seal(const Tenant& tenant, const Endpoint& endpoint);
Result<Endpoint> open(const Tenant& tenant, std::string_view token, int64_t now_ms);

// The bytes that are sealed. REQUIRES: hashes and an address within the limits.
std::string write(const Endpoint& endpoint);
// Errors: item_not_found for bytes that write() has not written.
Result<Endpoint> parse(std::string_view bytes);

}  // namespace teahouse::unified_push
