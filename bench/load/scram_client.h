// ScramClient: the client's side of SCRAM-SHA-1 and SCRAM-SHA-256 without channel binding. Spec: RFC 5802, RFC 7677.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "crypto/hash.h"

namespace teahouse::bench {

// Salted passwords that were computed before: accounts made in bulk share a salt, so this costs the load nothing.
class SaltedPasswords {
 public:
  const std::string& find(crypto::Hash hash, const std::string& password, const std::string& salt, int iterations);

 private:
  std::map<std::string, std::string> known_;
};

class ScramClient {
 public:
  // Lifetime: `salted` outlives it.
  ScramClient(SaltedPasswords& salted, crypto::Hash hash, std::string password)
      : salted_(salted), hash_(hash), password_(std::move(password)) {}

  std::string make_first(std::string_view user);
  std::string make_final(const std::string& server_first);  // throws std::runtime_error on nonsense
  bool is_proof(std::string_view server_final) const;       // did the server prove that it knows the password?

 private:
  SaltedPasswords& salted_;
  const crypto::Hash hash_;
  const std::string password_;
  std::string nonce_, first_bare_, server_signature_;
};

}  // namespace teahouse::bench
