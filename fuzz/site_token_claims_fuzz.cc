// Site tokens: arbitrary text as a token, and arbitrary bytes as the header and the claims of a well-signed one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "account/site_token_claims.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/jws.h"

namespace site_token_claims_fuzz {

using namespace teahouse;

namespace {

constexpr int64_t now_s = 1'700'000'000;
const std::string secret(32, 's');
const std::vector<std::string> secrets = {secret};

std::string sign(std::string_view header, std::string_view claims) {
  const std::string part = crypto::to_base64url(header) + "." + crypto::to_base64url(claims);
  return part + "." + crypto::to_base64url(crypto::hmac_sha256(secret, part));
}

void check(std::string_view token) {
  const auto issuer = peek_issuer(token);
  const auto verified = verify_claims(token, secrets, now_s);
  if (!verified) {
    // An error text goes into pages and logs: printable ASCII, however hostile the token.
    for (const char c : verified.error().text) {
      if (c < 0x20 || c > 0x7E || c == '<' || c == '&') abort();
    }
    return;
  }
  if (!issuer || *issuer != verified->iss) abort();
  // Each step by itself is good of a token that is good.
  const auto subject = peek_subject(token);
  if (!crypto::check_jws_header(token) || !subject || *subject != verified->sub) abort();
  const auto ends_s = peek_times(token, now_s);
  if (!ends_s || *ends_s != verified->exp_s) abort();
  if (verified->sub.empty() || verified->exp_s + token_skew_s < now_s) abort();
  if (verified->sub.size() > 4 * token_subject_characters_max || verified->rooms.size() > 64) abort();
  const std::string made = sign_claims(*verified, secret);
  const auto again = verify_claims(made, secrets, now_s);
  if (made.size() <= crypto::jws_bytes_max && (!again || !(*again == *verified))) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  check(sign(R"({"alg":"HS256"})", text));
  check(sign(text, R"({"iss":"a","sub":"b","exp":1700000600})"));
  return 0;
}

}  // namespace site_token_claims_fuzz
