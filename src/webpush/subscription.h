// Subscription: where a browser or an app is reached while it sleeps, as PushManager.subscribe() gives it to a page.
//
// Thread: any.
// Limits: an endpoint of endpoint_bytes_max.
// Errors: bad_request, with a sentence that names the field.
// Spec: RFC 8030 section 4; the W3C's Push API; RFC 8291 section 2.1 (keys).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "webpush/encryption.h"

namespace teahouse::webpush {

inline constexpr size_t endpoint_bytes_max = 1024;

struct Subscription {
  std::string endpoint;  // an https URL
  ReceiverKeys keys;
};

// The keys in base64url, with or without padding.
Result<Subscription> parse_subscription(std::string_view endpoint, std::string_view p256dh, std::string_view auth);

// The endpoint's scheme, host and port, as a VAPID token names it: "https://push.example.net". REQUIRES: one of a
// Subscription.
std::string origin_of(const std::string& endpoint);

}  // namespace teahouse::webpush
