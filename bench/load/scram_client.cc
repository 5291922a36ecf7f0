#include "bench/load/scram_client.h"

#include <charconv>
#include <random>
#include <stdexcept>

#include "crypto/encoding.h"

namespace teahouse::bench {
namespace {

std::string make_nonce() {
  static std::mt19937_64 random{std::random_device{}()};
  const auto number = random();
  return crypto::to_hex({reinterpret_cast<const char*>(&number), sizeof number});
}

std::string field(std::string_view message, char name) {
  for (size_t at = 0; at < message.size();) {
    const size_t end = std::min(message.find(',', at), message.size());
    if (message[at] == name && message.substr(at).size() > 1) return std::string(message.substr(at + 2, end - at - 2));
    at = end + 1;
  }
  throw std::runtime_error("SCRAM: the server's message lacks " + std::string(1, name) + "=");
}

}  // namespace

const std::string& SaltedPasswords::find(crypto::Hash hash, const std::string& password, const std::string& salt,
                                         int iterations) {
  const std::string key = std::to_string(static_cast<int>(hash)) + ':' + std::to_string(iterations) + ':' +
                          std::to_string(salt.size()) + ':' + salt + password;
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  return known_.emplace(key, crypto::pbkdf2(hash, password, salt, iterations)).first->second;
}

std::string ScramClient::make_first(std::string_view user) {
  nonce_ = make_nonce();
  first_bare_ = "n=" + std::string(user) + ",r=" + nonce_;
  return "n,," + first_bare_;
}

std::string ScramClient::make_final(const std::string& server_first) {
  const auto salt = crypto::parse_base64(field(server_first, 's'));
  const std::string nonce = field(server_first, 'r'), count = field(server_first, 'i');
  int iterations = 0;
  std::from_chars(count.data(), count.data() + count.size(), iterations);
  if (!salt || iterations <= 0 || !nonce.starts_with(nonce_)) throw std::runtime_error("SCRAM: a bad challenge");
  const std::string& salted = salted_.find(hash_, password_, *salt, iterations);
  const std::string client_key = crypto::hmac(hash_, salted, "Client Key");
  const std::string without_proof = "c=biws,r=" + nonce;
  const std::string signed_text = first_bare_ + "," + server_first + "," + without_proof;
  std::string proof = crypto::hmac(hash_, crypto::digest(hash_, client_key), signed_text);
  for (size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
  server_signature_ = crypto::hmac(hash_, crypto::hmac(hash_, salted, "Server Key"), signed_text);
  return without_proof + ",p=" + crypto::to_base64(proof);
}

bool ScramClient::is_proof(std::string_view server_final) const {
  return server_final == "v=" + crypto::to_base64(server_signature_);
}

}  // namespace teahouse::bench
