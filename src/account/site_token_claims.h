// SiteTokenClaims: what a site signs to say "this browser is our user 42", so that its users need no second password;
// and the JSON Web Token (RFC 7519) in which it says so.
//
// Thread: any.
// Limits: crypto/jws.h; sub 1..64 characters; iss 255 bytes; 64 rooms of 1023 bytes. A name, picture or role that an
// account may not have is check_site_token()'s to refuse.
// Errors: bad_request for what is no token, not_authorized for one that is not (or no longer) good. Each text is for
// the webmaster who made the token; none repeats a secret, nor anything but harmless letters of the token.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse {

inline constexpr size_t token_subject_characters_max = 64;
inline constexpr int64_t token_skew_s = 120;  // how far a site's clock may be from ours

struct SiteTokenClaims {
  std::string iss;           // which site: its public id
  std::string sub;           // the site's own id of the user
  int64_t exp_s = 0;         // seconds since 1970-01-01 UTC
  std::string name = {};     // what others see; not checked, as picture and role; empty if not given, as what follows
  std::string picture = {};  // an https address
  std::string role = {};     // "user", "moderator" or "admin" (staff)
  std::vector<std::string> rooms = {};
  bool guest = false;  // the server's own mark: it made the token, for a visitor whom the site knows nothing of
  // The server's own mark too: it made the token for a session of the account of this incarnation (session_token.h).
  std::optional<int64_t> session = {};

  bool operator==(const SiteTokenClaims&) const = default;
};

// The site that a token names, before anything is verified: good for nothing but to find the secret to verify it with.
Result<std::string> peek_issuer(std::string_view token);

// The same of the user whom it names, and of whether it is good at this time; it gives when it runs out, in seconds
// since 1970. For those alone who tell a webmaster what is wrong with a token (site_token_steps.h).
Result<std::string> peek_subject(std::string_view token);
Result<int64_t> peek_times(std::string_view token, int64_t now_s);

// Of a token that one of the secrets signed, and that is good now.
Result<SiteTokenClaims> verify_claims(std::string_view token, std::span<const std::string> secrets, int64_t now_s);

// REQUIRES: a secret of at least 32 bytes.
std::string sign_claims(const SiteTokenClaims& claims, std::string_view secret);

}  // namespace teahouse
