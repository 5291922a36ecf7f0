// Totp: passwords of six digits that an app makes of a shared secret and the time, and that are good once.
//
// Thread: any.
// Spec: RFC 6238 with HMAC-SHA-1 and steps of 30 s, as authenticator apps have it; RFC 4648 section 6 (base32).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse::crypto {

inline constexpr size_t totp_secret_bytes = 20;
inline constexpr int64_t totp_step_ms = 30'000;

// Without padding.
std::string to_base32(std::string_view bytes);

std::string make_totp(std::string_view secret, int64_t step);
// The step that the code is of: the present one, or the one beside it, since clocks differ; none for a code that is of
// none of them, or of one up to `last_step`, which was used before.
std::optional<int64_t> check_totp(std::string_view secret, std::string_view code, int64_t now_ms, int64_t last_step);
// The text of a QR code: "otpauth://totp/Acme:ann@shop.example?secret=...&issuer=Acme".
std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace teahouse::crypto
