// Digests, message authentication and key derivation. Everything raw goes in and out as bytes in a string.
//
// Thread: any.
// Errors: none; an OpenSSL that cannot hash ends the program, because nothing safe can follow.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::crypto {

// SHA-1 is here because XMPP's wire needs it (SCRAM-SHA-1, capability hashes, TURN); choose sha256 for anything new.
enum class Hash { sha1, sha256, sha512 };

size_t digest_size(Hash hash);
std::string digest(Hash hash, std::string_view data);
// Spec: RFC 2104.
std::string hmac(Hash hash, std::string_view key, std::string_view data);
// One block of PBKDF2-HMAC (RFC 8018), digest_size(hash) bytes: SCRAM's Hi(). Takes about 4 ms for 10,000 iterations,
// so it is not for a loop's thread. REQUIRES: iterations > 0.
std::string pbkdf2(Hash hash, std::string_view password, std::string_view salt, int iterations);

inline std::string sha1(std::string_view data) { return digest(Hash::sha1, data); }
inline std::string sha256(std::string_view data) { return digest(Hash::sha256, data); }
inline std::string hmac_sha1(std::string_view key, std::string_view data) { return hmac(Hash::sha1, key, data); }
inline std::string hmac_sha256(std::string_view key, std::string_view data) { return hmac(Hash::sha256, key, data); }

// Takes as long for a difference in the first byte as for none. Different sizes are told at once.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace teahouse::crypto
