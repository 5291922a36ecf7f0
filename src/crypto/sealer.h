// Sealer: keeps secrets that we must be able to read again (webhook secrets, upstream passwords) encrypted at rest.
//
// AES-256-GCM; sealed bytes are nonce (12) | ciphertext | tag (16). `place` says where they are kept ("tenant 7 webhook
// 3") and is authenticated, not stored: bytes moved to another place, or another tenant, do not open.
// Thread: any.
// Limits: nonces are random, so a key is good for 2^32 seals.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::crypto {

inline constexpr size_t sealing_key_bytes = 32;

class Sealer {
 public:
  // A key of 32 raw bytes, from a file that only the server may read.
  static Result<Sealer> make(std::string_view key);
  // Reads the text of such a file: 64 hex digits, perhaps with a line's end behind them.
  static Result<Sealer> parse_key_file(std::string_view text);
  static std::string make_key_file();

  std::string seal(std::string_view plain, std::string_view place) const;
  // Errors: ErrorKind::not_authorized if the key, the place or the bytes are not those of seal().
  Result<std::string> open(std::string_view sealed, std::string_view place) const;

  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;
  Sealer(Sealer&& other) noexcept : key_(std::move(other.key_)) { other.key_.clear(); }
  Sealer& operator=(Sealer&& other) noexcept {
    key_.swap(other.key_);
    return *this;
  }
  ~Sealer();  // wipes the key

 private:
  explicit Sealer(std::string key) : key_(std::move(key)) {}

  std::string key_;
};

}  // namespace teahouse::crypto
