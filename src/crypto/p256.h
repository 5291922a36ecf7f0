// P256Key: a key pair on the curve P-256, to agree on a secret and to sign with. P-256 points are 65 bytes,
// uncompressed.
//
// Thread: any; immutable once made. Owns: the private number, which is wiped with the last copy.
// Errors: bad_request for bytes that are no key or no point of the curve.
// Spec: RFC 7518 sections 3.4 (ES256) and 4.6 (ECDH); SEC 1 section 2.3.3 (points).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::crypto {

inline constexpr size_t p256_point_bytes = 65, p256_number_bytes = 32, es256_bytes = 64;

class P256Key {
 public:
  static P256Key make();
  // From the private number, 32 bytes.
  static Result<P256Key> parse(std::string_view number);

  const std::string& point() const { return point_; }  // the public part
  std::string number() const;  // the private one: for a Sealer alone, and then to be wiped (wiped.h)
  // The x of the point that both sides find, 32 bytes: a secret, to be wiped as well.
  Result<std::string> agree(std::string_view peer_point) const;
  // The two numbers of the signature, 64 bytes.
  std::string sign(std::string_view data) const;

 private:
  struct State;
  explicit P256Key(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
  std::string point_;
};

Result<void> check_p256_point(std::string_view point);
// Is it the signature of this point's key (ES256)?
bool verify_es256(std::string_view point, std::string_view data, std::string_view signature);

}  // namespace teahouse::crypto
