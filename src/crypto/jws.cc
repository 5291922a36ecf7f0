// The order of the checks is the safety argument: size, three parts, header with alg = HS256, signature, and only then
// the payload.
#include "crypto/jws.h"

#include <boost/json.hpp>

#include <cassert>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

namespace json = boost::json;

Error malformed(std::string text) { return Error{ErrorKind::bad_request, std::move(text)}; }

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_part;  // header.payload
};

Result<Parts> split(std::string_view token) {
  if (token.empty()) return malformed("There is no token.");
  if (token.size() > jws_bytes_max) {
    return malformed("This token is longer than 8192 bytes; leave rooms or the picture out.");
  }
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return malformed("This is not a token: a JSON Web Token has three parts joined by dots.");
  }
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

Result<std::string> decode(std::string_view base64url, const char* which) {
  auto text = parse_base64url(base64url);
  if (!text) return malformed(std::string("This token's ") + which + " is not base64url without padding.");
  return std::move(*text);
}

// A word of the token that may be repeated in an error text: short and of letters, digits and hyphens only.
std::string quotable(std::string_view word) {
  if (word.empty() || word.size() > 16) return "something else";
  for (const char c : word) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
      return "something else";
  }
  return "\"" + std::string(word) + "\"";
}

Result<void> check_header(std::string_view base64url) {
  const auto text = decode(base64url, "header");
  if (!text) return text.error();
  json::parse_options options;
  options.max_depth = 8;
  json::error_code failure;
  const json::value value = json::parse(*text, failure, {}, options);
  if (failure || !value.is_object()) return malformed("This token's header is not a JSON object.");
  const json::object& header = value.get_object();
  const json::value* alg = header.if_contains("alg");
  if (!alg || !alg->is_string()) return malformed("This token's header names no algorithm (\"alg\"); sign with HS256.");
  const std::string_view name = alg->get_string();
  if (name != "HS256")
    return not_authorized("This token is signed with " + quotable(name) + "; only HS256 is accepted.");
  if (header.contains("crit")) return malformed("This token's header has \"crit\"; no extension is understood.");
  return {};
}

}  // namespace

Result<std::string> peek_payload(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  return decode(parts->payload, "claims part");
}

Result<void> check_jws_header(std::string_view token) {
  const auto parts = split(token);
  return parts ? check_header(parts->header) : parts.error();
}

Result<std::string> verify_jws(std::string_view token, std::span<const std::string> secrets) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  if (const auto checked = check_header(parts->header); !checked) return checked.error();
  const auto signature = decode(parts->signature, "signature");
  if (!signature) return signature.error();
  bool good = false;
  for (const std::string& secret : secrets) {
    if (secret.size() < jws_secret_bytes_min) continue;
    good |= constant_time_equal(hmac_sha256(secret, parts->signed_part), *signature);
  }
  if (!good) {
    return not_authorized(
        "This token's signature is wrong: sign it with the secret that belongs to its \"iss\", under HS256.");
  }
  return decode(parts->payload, "claims part");
}

std::string sign_jws(std::string_view payload, std::string_view secret) {
  assert(secret.size() >= jws_secret_bytes_min);
  std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(payload);
  return token += "." + to_base64url(hmac_sha256(secret, token));
}

}  // namespace teahouse::crypto
