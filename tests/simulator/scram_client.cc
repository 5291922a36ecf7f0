#include "tests/simulator/scram_client.h"

#include <utility>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::simulator {
namespace {

// The value of a field of a SCRAM message ("r=...,s=...,i=...").
std::string field(const std::string& message, char name) {
  const size_t at = message[0] == name ? 0 : message.find(std::string(",") + name + "=") + 1;
  return message.substr(at + 2, message.find(',', at) - at - 2);
}

// Slow on purpose, and always the same: kept.
const std::string& salted(const std::string& password, const std::string& salt, int iterations) {
  static std::map<std::string, std::string> known;
  auto& found = known[password + " " + salt];
  if (found.empty()) found = crypto::pbkdf2(crypto::Hash::sha256, password, salt, iterations);
  return found;
}

}  // namespace

ScramClient::ScramClient(std::string localpart, std::string password, const std::string& nonce)
    : password_(std::move(password)), first_bare_("n=" + std::move(localpart) + ",r=" + nonce) {}

std::string ScramClient::respond(const std::string& server_first) const {
  const std::string salt = crypto::parse_base64(field(server_first, 's')).value();
  const std::string key =
      crypto::hmac_sha256(salted(password_, salt, std::stoi(field(server_first, 'i'))), "Client Key");
  const std::string last = "c=biws,r=" + field(server_first, 'r');
  const std::string message = first_bare_ + "," + server_first + "," + last;
  std::string proof = crypto::hmac_sha256(crypto::sha256(key), message);
  for (size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ key[i]);
  return last + ",p=" + crypto::to_base64(proof);
}

}  // namespace teahouse::simulator
