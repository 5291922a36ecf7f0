// explain_site_token: each step of the check of a site token (check_site_token), with the sentence of each that fails:
// for the webmaster whose page is refused, who sees all that is wrong at once.
//
// Thread: any.
// Limits: those of find_site_token() and of tokens (site_token_claims.h).
// Errors: none; each stands in its step. No text repeats a secret, or says which other site a token is of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenant/keys.h"
#include "tenant/tenant.h"

namespace teahouse {

enum class TokenStep : uint8_t { format, header, site, signature, times, user, details };
inline constexpr std::string_view token_step_names[] = {"format", "header", "site",   "signature",
                                                        "times",  "user",   "details"};

struct CheckedStep {
  TokenStep step = TokenStep::format;
  // None: it can't be told, since the token is not one, or another step failed that it depends on.
  std::optional<bool> good = {};
  std::string told = {};  // what is wrong, for the webmaster; empty where it is good, or can't be told
};

struct ExplainedToken {
  std::vector<CheckedStep> steps;  // all of them, in their order
  bool good = false;               // what check_site_token() says of it now
  // The token's own claims, verified or not; where they can be read.
  std::optional<std::string> user = {};
  std::optional<std::string> localpart = {};  // where such a user may have an account
  std::optional<int64_t> expires_s = {};
  std::optional<size_t> signer = {};  // which of the secrets signed it: 0 the newest, 1 the one before
};

// Of a text that a webmaster pasted: alone, quoted, or as {"token": "..."}.
ExplainedToken explain_site_token(const Tenant& tenant, const Keys& keys, std::string_view text, int64_t now_ms);

}  // namespace teahouse
