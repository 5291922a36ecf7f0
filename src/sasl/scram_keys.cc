#include "sasl/scram_keys.h"

#include "base/random.h"
#include "sasl/fake_keys.h"
#include "xmpp/prep.h"
#include "xmpp/stringprep.h"

namespace teahouse::sasl {
namespace {

using crypto::Hash;

struct Pair {
  std::string stored_key, server_key;
};

Pair pair_of(Hash hash, std::string_view salted_password) {
  return {crypto::digest(hash, crypto::hmac(hash, salted_password, "Client Key")),
          crypto::hmac(hash, salted_password, "Server Key")};
}

Pair derive(Hash hash, std::string_view prepared, std::string_view salt, int iterations) {
  return pair_of(hash, crypto::pbkdf2(hash, prepared, salt, iterations));
}

ScramKeyPairs derive_pairs(std::string_view prepared, std::string_view salt, int iterations) {
  Pair sha1 = derive(Hash::sha1, prepared, salt, iterations);
  Pair sha256 = derive(Hash::sha256, prepared, salt, iterations);
  Pair sha512 = derive(Hash::sha512, prepared, salt, iterations);
  return {std::move(sha1.stored_key),   std::move(sha1.server_key),   std::move(sha256.stored_key),
          std::move(sha256.server_key), std::move(sha512.stored_key), std::move(sha512.server_key)};
}

// The password as SASLprep leaves it, if that is another text than OpaqueString leaves.
std::optional<std::string> find_saslprep(std::string_view password, std::string_view prepared) {
  auto other = xmpp::saslprep(password);
  return other && !other->empty() && *other != prepared ? std::move(other) : std::nullopt;
}

// Whether one of the stored pairs is of this text: one derivation, since they have one salt.
bool is_any_of(const ScramKeys& keys, std::string_view prepared) {
  const bool has_sha256 = keys.pairs.stored_key_sha256.size() == crypto::digest_size(Hash::sha256);
  const Hash hash = has_sha256 ? Hash::sha256 : Hash::sha1;
  const auto stored = [&](const ScramKeyPairs& pairs) -> const std::string& {
    return has_sha256 ? pairs.stored_key_sha256 : pairs.stored_key_sha1;
  };
  if (stored(keys.pairs).size() != crypto::digest_size(hash)) return false;
  const std::string own = derive(hash, prepared, keys.salt, keys.iterations).stored_key;
  bool same = crypto::constant_time_equal(own, stored(keys.pairs));
  if (keys.saslprep_pairs) same |= crypto::constant_time_equal(own, stored(*keys.saslprep_pairs));
  return same;
}

}  // namespace

Result<ScramKeys> make_scram_keys(std::string_view password, int iterations) {
  return make_scram_keys(password, iterations, random_bytes(scram_salt_bytes));
}

Result<ScramKeys> make_scram_keys(std::string_view password, int iterations, std::string_view salt) {
  if (iterations < scram_iterations_min || iterations > scram_iterations_max) {
    return Error{ErrorKind::bad_request, "A password must be hashed with 4096 to 1000000 iterations."};
  }
  const auto prepared = xmpp::prepare_password(password);
  if (!prepared) return prepared.error();
  ScramKeys keys{std::string(salt), iterations, derive_pairs(*prepared, salt, iterations)};
  if (const auto other = find_saslprep(password, *prepared)) {
    keys.saslprep_pairs = derive_pairs(*other, salt, iterations);
  }
  return keys;
}

bool check_password(const ScramKeys& keys, std::string_view password) {
  if (keys.iterations < 1 || keys.iterations > scram_iterations_max) return false;
  const auto prepared = xmpp::prepare_password(password);
  if (!prepared) return false;
  if (is_any_of(keys, *prepared)) return true;
  const auto other = find_saslprep(password, *prepared);
  return other && is_any_of(keys, *other);
}

std::optional<ScramKeys> complete_keys(const ScramKeys& keys, std::string_view password) {
  const auto prepared = xmpp::prepare_password(password);
  if (!prepared) return std::nullopt;
  const bool lacks_form = !keys.saslprep_pairs && find_saslprep(password, *prepared);
  if (!lacks_form && !keys.pairs.stored_key_sha512.empty()) return std::nullopt;
  ScramKeys first = keys;
  first.saslprep_pairs.reset();
  if (keys.saslprep_pairs && !is_any_of(first, *prepared)) return std::nullopt;  // made of this form, they had no other
  auto whole = make_scram_keys(password, keys.iterations, keys.salt);
  return whole ? std::optional(std::move(*whole)) : std::nullopt;
}

bool may_add_sha512(const ScramKeys& keys) { return keys.pairs.stored_key_sha512.empty() && !keys.saslprep_pairs; }

std::optional<ScramKeys> add_sha512(const ScramKeys& keys, std::string_view salted_password) {
  if (!may_add_sha512(keys) || salted_password.size() != crypto::digest_size(Hash::sha512)) return std::nullopt;
  ScramKeys more = keys;
  Pair pair = pair_of(Hash::sha512, salted_password);
  more.pairs.stored_key_sha512 = std::move(pair.stored_key);
  more.pairs.server_key_sha512 = std::move(pair.server_key);
  return more;
}

ScramKeys make_fake_keys(std::string_view secret, std::string_view authcid) {
  ScramKeys keys = make_fake_keys(secret, authcid, Hash::sha1);
  ScramKeyPairs sha256 = make_fake_keys(secret, authcid, Hash::sha256).pairs;
  ScramKeyPairs sha512 = make_fake_keys(secret, authcid, Hash::sha512).pairs;
  keys.pairs.stored_key_sha256 = std::move(sha256.stored_key_sha256);
  keys.pairs.server_key_sha256 = std::move(sha256.server_key_sha256);
  keys.pairs.stored_key_sha512 = std::move(sha512.stored_key_sha512);
  keys.pairs.server_key_sha512 = std::move(sha512.server_key_sha512);
  return keys;
}

}  // namespace teahouse::sasl
