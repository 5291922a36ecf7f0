// The ids of devices: how an account's sessions, its owner and the site name the program on a device that says by
// XEP-0388's user-agent which one it is.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse {

inline constexpr size_t device_id_characters = 12;  // 72 bits, base64url

// The same each time for the same user agent at the same account; it does not tell the user agent's id, and is another
// one at another account. `account` is a bare JID.
std::string make_device_id(std::string_view secret, std::string_view account, std::string_view user_agent_id);
// Session::device() of the device's sessions; never 0. REQUIRES: make_device_id() made it, or is_device_id().
uint64_t device_number(std::string_view device_id);
bool is_device_id(std::string_view text);

}  // namespace teahouse
