#include "webpush/vapid.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/encoding.h"

namespace teahouse::webpush {

std::string make_vapid(const crypto::P256Key& key, std::string_view audience, std::string_view contact,
                       int64_t expires_s) {
  boost::json::object claims{{"aud", std::string(audience)}, {"exp", expires_s}};
  if (!contact.empty()) claims["sub"] = std::string(contact);
  const std::string signed_text = crypto::to_base64url(R"({"typ":"JWT","alg":"ES256"})") + "." +
                                  crypto::to_base64url(boost::json::serialize(claims));
  return "vapid t=" + signed_text + "." + crypto::to_base64url(key.sign(signed_text)) +
         ", k=" + crypto::to_base64url(key.point());
}

}  // namespace teahouse::webpush
