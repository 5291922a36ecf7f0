// API keys and shared secrets: made here, shown once, kept as a hash.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::crypto {

// "sk_" and 43 letters and digits, 256 bits of chance. The prefix says what it is, to people and to secret scanners.
std::string make_key(std::string_view prefix);

// Such a key as it is stored: SHA-256, in hex. One fast hash is right here and wrong for passwords: nobody can try
// 2^256 keys however fast the hash is, it needs no salt because no two keys are alike, and it can be looked up by
// index.
std::string hash_key(std::string_view key);

}  // namespace teahouse::crypto
