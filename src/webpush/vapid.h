// The Authorization of a push: a token by which the push service knows who sends, and that the subscription is theirs.
//
// Thread: any. Spec: RFC 8292; RFC 7515 (a JWS under ES256).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/p256.h"

namespace teahouse::webpush {

inline constexpr int64_t vapid_valid_s = 12 * 3600;  // at most 24 h (section 2)

// "vapid t=…, k=…". `audience` is the origin of the push service; `contact` a mailto: or https: URI of the one who
// sends, or empty.
std::string make_vapid(const crypto::P256Key& key, std::string_view audience, std::string_view contact,
                       int64_t expires_s);

}  // namespace teahouse::webpush
