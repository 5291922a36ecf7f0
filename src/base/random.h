// Random bytes from the kernel, for everything that must not be guessed (and for what may be).
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace teahouse {

// Raw bytes from getrandom(2).
std::string random_bytes(size_t count);

// Text of [A-Za-z0-9], 5.95 bits of chance each: 22 characters carry 128 bits.
std::string random_token(size_t characters);

uint64_t random_u64();

// Stands in for the kernel, so that a simulation gets the same bytes from the same seed. Nothing else sets one.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::string& bytes) = 0;
};
// Null: the kernel again. REQUIRES: one thread; the source outlives what draws from it.
void set_random_source(RandomSource* source);

}  // namespace teahouse
