// The proof of a client of SCRAM, for tests.
#pragma once

#include <string>
#include <string_view>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::testing {

// The client's answer to `server_first`. `first_bare` is what it said before, without the GS2 header; `binding` that
// header, with the channel's data behind it.
inline std::string make_client_final(crypto::Hash hash, std::string_view password, const std::string& first_bare,
                                     const std::string& server_first, const std::string& binding = "n,,") {
  const std::string nonce = server_first.substr(2, server_first.find(",s=") - 2);
  const size_t salt_at = server_first.find(",s=") + 3;
  const size_t count_at = server_first.find(",i=") + 3;
  const std::string salt = *crypto::parse_base64(server_first.substr(salt_at, count_at - 3 - salt_at));
  const std::string salted = crypto::pbkdf2(hash, password, salt, std::stoi(server_first.substr(count_at)));
  const std::string client_key = crypto::hmac(hash, salted, "Client Key");
  const std::string without_proof = "c=" + crypto::to_base64(binding) + ",r=" + nonce;
  std::string proof =
      crypto::hmac(hash, crypto::digest(hash, client_key), first_bare + "," + server_first + "," + without_proof);
  for (size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
  return without_proof + ",p=" + crypto::to_base64(proof);
}

}  // namespace teahouse::testing
