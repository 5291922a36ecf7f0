// make_credentials: what opens an external service to one user.
//
// Where a service shares a secret with us they are made for a time: the user name is when they run out (seconds since
// 1970) and a name for the user, "1764500000:0f3c…", and the password is base64(HMAC-SHA1(secret, user name)), which
// the service can make as well. That name is the same each time, so that a TURN server can limit each user, and tells
// nothing of them.
//
// Thread: any. Spec: draft-uberti-behave-turn-rest-00 section 2.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tenant/service_offer.h"

namespace teahouse {

// `user`: the bare JID; `user_key` makes its other name. None where the service has no credentials, or these have run
// out.
std::optional<Credentials> make_credentials(const ExternalService& service, std::string_view user,
                                            std::string_view user_key, int64_t now_ms);

}  // namespace teahouse
