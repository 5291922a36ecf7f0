// ScramKeys: all that is stored of a password. Enough to check one, and to prove to the client that we know it; not
// enough to log in anywhere.
//
// Thread: any.
// Spec: RFC 5802 section 3, RFC 7677.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::sasl {

inline constexpr size_t scram_salt_bytes = 16;
inline constexpr int scram_iterations_min = 4096;  // RFC 7677 section 4
// The client pays for these at each login, and the server once when a password is set and at each PLAIN login. 10,000
// is what phones and scripts in browsers do unnoticed (some 10 ms) and what other XMPP servers ask of them; more would
// be better against a stolen database, and each account keeps its own count, so this number can be raised at any time.
inline constexpr int scram_iterations_default = 10'000;
inline constexpr int scram_iterations_max = 1'000'000;

// One salt serves all hashes: they are of different sizes and nothing of one helps with another.
struct ScramKeyPairs {
  std::string stored_key_sha1, server_key_sha1;      // 20 bytes each; empty if only SHA-256 is known (an import)
  std::string stored_key_sha256, server_key_sha256;  // 32 bytes each; empty if only SHA-1 is known
  std::string stored_key_sha512, server_key_sha512;  // 64 bytes each; empty in keys that are from before SHA-512

  bool operator==(const ScramKeyPairs&) const = default;
};
struct ScramKeys {
  std::string salt;
  int iterations = 0;
  ScramKeyPairs pairs;
  // The pairs of the password as SASLprep (RFC 4013) leaves it, as clients hash it that do not know RFC 8265; none
  // where that is the same text. They see the same salt, and either proof is good.
  std::optional<ScramKeyPairs> saslprep_pairs = std::nullopt;

  bool operator==(const ScramKeys&) const = default;
};

// Prepares the password (RFC 8265 OpaqueString, and SASLprep where that differs) and derives the pairs of all hashes.
// About 6 ms at the default, twice that for a password of which there are two forms: not for a loop's thread. Errors:
// not_acceptable for a password with a character that none may have; bad_request for iterations outside min..max.
Result<ScramKeys> make_scram_keys(std::string_view password, int iterations = scram_iterations_default);
// The same with a given salt: for tests, and for imports that know it.
Result<ScramKeys> make_scram_keys(std::string_view password, int iterations, std::string_view salt);

// Whether this is the password, in a time that does not depend on how nearly it is. It may have been prepared by either
// profile, here or by the client. Not for a loop's thread either.
bool check_password(const ScramKeys& keys, std::string_view password);

// The keys with those that they lack because they are older: of SHA-512, and of the password's other form. Of a
// password that is right, with the salt that they have. None: nothing is missing.
std::optional<ScramKeys> complete_keys(const ScramKeys& keys, std::string_view password);

// The same for those of SHA-512 alone, made of the salted password (RFC 5802) that a client has derived by the keys'
// own salt and iterations. None: nothing is missing; or the keys are of two forms of the password, of which a client
// knows one; or the bytes are not as many as SHA-512 has. REQUIRES: the client has the password, for nothing tells
// whether the bytes are of it.
std::optional<ScramKeys> add_sha512(const ScramKeys& keys, std::string_view salted_password);
bool may_add_sha512(const ScramKeys& keys);

// The keys that an account which does not exist seems to have: the same each time, for the same name, and for no
// password.
ScramKeys make_fake_keys(std::string_view secret, std::string_view authcid);

}  // namespace teahouse::sasl
