#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace teahouse {
namespace {

RandomSource* source_of_simulation = nullptr;

}  // namespace

void set_random_source(RandomSource* source) { source_of_simulation = source; }

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (source_of_simulation) {
    source_of_simulation->fill(bytes);
    return bytes;
  }
  size_t filled = 0;
  while (filled < count) {
    const ssize_t n = getrandom(bytes.data() + filled, count - filled, 0);
    if (n < 0 && errno != EINTR) abort();  // a kernel without randomness: nothing safe can follow
    if (n > 0) filled += static_cast<size_t>(n);
  }
  return bytes;
}

std::string random_token(size_t characters) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string token;
  token.reserve(characters);
  while (token.size() < characters) {
    for (const char byte : random_bytes(characters - token.size())) {
      const unsigned index = static_cast<unsigned char>(byte) & 63U;
      if (index < 62) token.push_back(alphabet[index]);  // rejection keeps every letter equally likely
    }
  }
  return token;
}

uint64_t random_u64() {
  uint64_t value = 0;
  const std::string bytes = random_bytes(sizeof value);
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace teahouse
