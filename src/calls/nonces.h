// Nonces: what a request shows of having heard us at its address: a time and an HMAC over it and the client's address,
// so that none is kept. A nonce begins with RFC 8489's cookie, which says that a choice of password algorithms is
// offered and lets nobody on the way take it back unseen.
//
// Thread: any. Limits: good for lasts_ms. Spec: RFC 8489 sections 9.2 and 14.10.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calls/endpoint.h"

namespace teahouse::calls {

class Nonces {
 public:
  static constexpr int64_t lasts_ms = 60LL * 60 * 1000;

  explicit Nonces(std::string secret) : secret_(std::move(secret)) {}
  std::string make(const Endpoint& client, int64_t now_ms) const;
  bool is_good(std::string_view nonce, const Endpoint& client, int64_t now_ms) const;
  // Does it say that algorithms were offered?
  static bool has_cookie(std::string_view nonce);

 private:
  std::string sum_of(std::string_view time, const Endpoint& client) const;

  const std::string secret_;
};

}  // namespace teahouse::calls
