// IdCipher: numbers as text. Without the key nobody can guess one, nor tell how many came between two of them.
//
// One block of AES-128 over the number and eight zero bytes, in base64url: 22 characters. A text that was not made here
// does not decrypt to those zeros.
//
// Thread: one. Spec: FIPS 197, RFC 4648 section 5. Errors: none; an OpenSSL that cannot encrypt ends the program.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse::crypto {

class IdCipher {
 public:
  explicit IdCipher(std::string_view secret);
  ~IdCipher();
  std::string encrypt(uint64_t number) const;
  std::optional<uint64_t> decrypt(std::string_view text) const;

 private:
  struct Contexts;
  const std::unique_ptr<Contexts> contexts_;
};

}  // namespace teahouse::crypto
