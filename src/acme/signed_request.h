// sign_request: a request to an ACME authority: a JWS in the flattened JSON serialization, under ES256.
//
// Thread: any. Spec: RFC 8555 sections 6.2 to 6.5, 7.3.4 (external accounts), 7.3.5 (change of the key); RFC 7515;
// RFC 7638 (thumbprints).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/p256.h"

namespace teahouse::acme {

std::string jwk_of(const crypto::P256Key& key);  // the public part, its members in the order of a thumbprint
std::string thumbprint(const crypto::P256Key& key);
std::string key_authorization(std::string_view token, const crypto::P256Key& key);

struct Signing {
  std::string url;
  std::string nonce;        // empty only within another JWS
  std::string account_url;  // empty: the key itself is named
};
// The payload is JSON; empty for a POST-as-GET.
std::string sign_request(const crypto::P256Key& key, const Signing& signing, std::string_view payload);

// The binding of a new account to one that its holder has with the authority otherwise. Errors: bad_request for a
// secret that is no base64url.
Result<std::string> bind_external_account(const crypto::P256Key& key, const std::string& url, const std::string& key_id,
                                          const std::string& secret_base64url);
// The payload of a request, signed by the old key, by which the account has the new one from now on.
std::string make_key_change(const crypto::P256Key& old_key, const crypto::P256Key& new_key, const std::string& url,
                            const std::string& account_url);

}  // namespace teahouse::acme
