// A JWS: a text that is signed with a secret (RFC 7515, the compact serialization), under one algorithm, HS256: the
// header's "alg" is compared, never obeyed.
//
// Thread: any.
// Limits: 8 KiB.
// Errors: bad_request for what is no token, not_authorized for one that is not good. Each text is for the webmaster who
// made the token; none repeats a secret, nor anything but harmless letters of the token.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::crypto {

inline constexpr size_t jws_bytes_max = 8192;
inline constexpr size_t jws_secret_bytes_min = 32;  // RFC 7518 section 3.2

// The payload before anything is verified: good for nothing but to find whose secret to verify it with.
Result<std::string> peek_payload(std::string_view token);

// Whether the header is one of a token that can be good: of HS256, and with nothing that must be understood.
Result<void> check_jws_header(std::string_view token);

// The payload. Secrets are the current one and, while it is being changed, the one before; those of less than 32 bytes
// are passed over.
Result<std::string> verify_jws(std::string_view token, std::span<const std::string> secrets);

// REQUIRES: a secret of at least 32 bytes.
std::string sign_jws(std::string_view payload, std::string_view secret);

}  // namespace teahouse::crypto
