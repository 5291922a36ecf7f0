#include "server/occupant_id.h"

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {

std::string make_occupant_id(const Tenant& tenant, const BareJid& room, std::string_view account, int64_t incarnation) {
  std::string named = room.str();
  named.push_back('\0');
  named.append(account);
  if (incarnation != 0) named.append(1, '\0').append(std::to_string(incarnation));
  return crypto::to_base64(crypto::hmac_sha256(tenant.occupant_id_secret, named));
}

}  // namespace teahouse
