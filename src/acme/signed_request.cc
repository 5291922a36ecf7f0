#include "acme/signed_request.h"

#include <boost/json.hpp>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::acme {
namespace {

namespace json = boost::json;

std::string flatten(const std::string& header, std::string_view payload, const std::string& signature) {
  return json::serialize(json::object{{"protected", crypto::to_base64url(header)},
                                      {"payload", crypto::to_base64url(payload)},
                                      {"signature", crypto::to_base64url(signature)}});
}

std::string signed_bytes(const std::string& header, std::string_view payload) {
  return crypto::to_base64url(header) + "." + crypto::to_base64url(payload);
}

}  // namespace

std::string jwk_of(const crypto::P256Key& key) {
  const std::string_view point = key.point();
  return R"({"crv":"P-256","kty":"EC","x":")" + crypto::to_base64url(point.substr(1, crypto::p256_number_bytes)) +
         R"(","y":")" + crypto::to_base64url(point.substr(1 + crypto::p256_number_bytes)) + "\"}";
}

std::string thumbprint(const crypto::P256Key& key) { return crypto::to_base64url(crypto::sha256(jwk_of(key))); }

std::string key_authorization(std::string_view token, const crypto::P256Key& key) {
  return std::string(token) + "." + thumbprint(key);
}

std::string sign_request(const crypto::P256Key& key, const Signing& signing, std::string_view payload) {
  json::object header{{"alg", "ES256"}, {"url", signing.url}};
  if (!signing.nonce.empty()) header["nonce"] = signing.nonce;
  if (signing.account_url.empty()) {
    header["jwk"] = json::parse(jwk_of(key));
  } else {
    header["kid"] = signing.account_url;
  }
  const std::string text = json::serialize(header);
  return flatten(text, payload, key.sign(signed_bytes(text, payload)));
}

Result<std::string> bind_external_account(const crypto::P256Key& key, const std::string& url, const std::string& key_id,
                                          const std::string& secret_base64url) {
  const auto secret = crypto::parse_base64url(secret_base64url);
  if (!secret || secret->empty()) {
    return Error{ErrorKind::bad_request,
                 "The secret of the external account is no base64url; copy it from the authority's page as it is."};
  }
  const std::string header = json::serialize(json::object{{"alg", "HS256"}, {"kid", key_id}, {"url", url}});
  const std::string payload = jwk_of(key);
  return flatten(header, payload, crypto::hmac_sha256(*secret, signed_bytes(header, payload)));
}

std::string make_key_change(const crypto::P256Key& old_key, const crypto::P256Key& new_key, const std::string& url,
                            const std::string& account_url) {
  const std::string change =
      json::serialize(json::object{{"account", account_url}, {"oldKey", json::parse(jwk_of(old_key))}});
  return sign_request(new_key, {.url = url, .nonce = {}, .account_url = {}}, change);
}

}  // namespace teahouse::acme
