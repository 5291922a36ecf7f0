#include "sasl/fake_keys.h"

#include <string>

namespace teahouse::sasl {
namespace {

using crypto::Hash;

std::string fake_of(Hash hash, std::string_view secret, std::string_view purpose, std::string_view authcid) {
  return crypto::hmac(hash, secret, std::string(purpose).append(" ").append(authcid));
}

void add_fake_pair(ScramKeyPairs& pairs, Hash hash, std::string_view secret, std::string_view authcid) {
  const auto keep = [&](std::string& stored, std::string& server) {
    stored = fake_of(hash, secret, "stored", authcid);
    server = fake_of(hash, secret, "server", authcid);
  };
  switch (hash) {
    case Hash::sha1: return keep(pairs.stored_key_sha1, pairs.server_key_sha1);
    case Hash::sha256: return keep(pairs.stored_key_sha256, pairs.server_key_sha256);
    case Hash::sha512: return keep(pairs.stored_key_sha512, pairs.server_key_sha512);
  }
}

}  // namespace

ScramKeys make_fake_keys(std::string_view secret, std::string_view authcid, Hash hash) {
  ScramKeys keys{
      fake_of(Hash::sha256, secret, "salt", authcid).substr(0, scram_salt_bytes), scram_iterations_default, {}};
  add_fake_pair(keys.pairs, hash, secret, authcid);
  return keys;
}

}  // namespace teahouse::sasl
