// scrypt, which makes trying passwords expensive in time and memory.
//
// One hash takes 32 MiB and some 200 ms of a core: it is not for a loop's thread.
// Thread: any. Errors: none; an OpenSSL that cannot hash ends the program.
// Spec: RFC 7914.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse::crypto {

struct ScryptCost {
  uint64_t n = 1 << 15;
  uint64_t r = 8, p = 3;
};

// REQUIRES: n is a power of two above 1; 128 * n * r bytes are 64 MiB at most.
std::string scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost, size_t bytes);

// A password as it is stored, with its salt and cost: "scrypt$32768$8$3$<salt>$<hash>" in base64.
std::string hash_password(std::string_view password);
// A text that no password has made, and that takes as long to check.
std::string make_false_password();
// False also for a text that hash_password() has not made.
bool check_password(std::string_view password, std::string_view stored);

}  // namespace teahouse::crypto
