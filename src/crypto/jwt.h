// SiteToken: what a site signs to say "this browser is our user 42", so that its users need no second password.
//
// A JSON Web Token (RFC 7519) under one algorithm, HS256: the header's "alg" is compared, never obeyed.
// Thread: any.
// Limits: a token of 8 KiB; sub 1..64 characters; name 128, picture 2048, role 32, iss 255 bytes; 64 rooms of 1023
// bytes. Errors: bad_request for what is no token, not_authorized for one that is not (or no longer) good. Each text is
// for the webmaster who made the token; none repeats a secret, nor anything but harmless letters of the token.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::crypto {

inline constexpr size_t token_bytes_max = 8192;
inline constexpr size_t token_subject_characters_max = 64;
inline constexpr size_t token_secret_bytes_min = 32;  // RFC 7518 section 3.2
inline constexpr int64_t token_skew_s = 120;          // how far a site's clock may be from ours

struct SiteToken {
  std::string iss;           // which site: its key's id
  std::string sub;           // the site's own id of the user
  int64_t exp_s = 0;         // seconds since 1970-01-01 UTC
  std::string name = {};     // what others see, not cleaned yet; empty if not given, as everything below
  std::string picture = {};  // an https address
  std::string role = {};     // "user", "moderator" or "admin" (Staff)
  std::vector<std::string> rooms = {};
  bool guest = false;  // the server's own mark: it made the token, for a visitor whom the site knows nothing of

  bool operator==(const SiteToken&) const = default;
};

// Who says it made the token, before anything is verified: good for nothing but to find whose secret to verify it with.
Result<std::string> peek_issuer(std::string_view token);

// Secrets are the site's current one and, while it is being changed, the one before; shorter ones than 32 bytes are
// passed over.
Result<SiteToken> verify_token(std::string_view token, std::span<const std::string> secrets, int64_t now_s);

// REQUIRES: a secret of at least 32 bytes.
std::string make_token(const SiteToken& claims, std::string_view secret);

}  // namespace teahouse::crypto
