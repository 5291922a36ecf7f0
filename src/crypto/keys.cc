#include "crypto/keys.h"

#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {

std::string make_key(std::string_view prefix) { return std::string(prefix) + random_token(43); }

std::string hash_key(std::string_view key) { return to_hex(sha256(key)); }

}  // namespace teahouse::crypto
