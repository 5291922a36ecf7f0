#include "account/device_id.h"

#include <cstring>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {

std::string make_device_id(std::string_view secret, std::string_view account, std::string_view user_agent_id) {
  const std::string text = std::string("device ").append(account).append(" ").append(user_agent_id);
  return crypto::to_base64url(crypto::hmac_sha256(secret, text)).substr(0, device_id_characters);
}

uint64_t device_number(std::string_view device_id) {
  const auto bytes = crypto::parse_base64url(device_id);
  uint64_t number = 0;
  if (bytes && bytes->size() >= sizeof number) std::memcpy(&number, bytes->data(), sizeof number);
  return number == 0 ? 1 : number;
}

bool is_device_id(std::string_view text) {
  return text.size() == device_id_characters && crypto::parse_base64url(text).has_value();
}

}  // namespace teahouse
