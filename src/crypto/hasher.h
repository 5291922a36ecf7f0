// Hasher: SHA-256 of bytes that come in pieces, as of a file that memory need not hold.
//
// Thread: one at a time. Errors: none; an OpenSSL that cannot hash ends the program.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace teahouse::crypto {

class Hasher {
 public:
  Hasher();
  ~Hasher();
  void add(std::string_view piece);
  // The digest's 32 bytes. REQUIRES: called once, after the last piece.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::crypto
