// Random bytes from the kernel, for everything that must not be guessed (and for what may be).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace teahouse {

// Raw bytes from getrandom(2). Thread: any.
std::string random_bytes(size_t count);

// Text of [A-Za-z0-9], 5.95 bits of chance each: 22 characters carry 128 bits. Thread: any.
std::string random_token(size_t characters);

uint64_t random_u64();

}  // namespace teahouse
