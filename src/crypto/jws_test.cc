#include "crypto/jws.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto::jws_test {
namespace {

const std::string secret(32, 's');
const std::string other_secret(32, 'o');
const std::vector<std::string> secrets = {secret};
const std::string payload = R"({"said":"but soft"})";

std::string sign(const std::string& header, const std::string& text, const std::string& with = secret) {
  const std::string part = to_base64url(header) + "." + to_base64url(text);
  return part + "." + to_base64url(hmac_sha256(with, part));
}

std::string error_of(std::string_view token) {
  const auto verified = verify_jws(token, secrets);
  return verified ? "(verified)" : verified.error().text;
}

TEST(Jws, VerifiesWhatItSigned) {
  for (const std::string& text : {payload, std::string(), std::string("\0\xFF", 2)}) {
    EXPECT_EQ(*verify_jws(sign_jws(text, secret), secrets), text);
    EXPECT_EQ(*peek_payload(sign_jws(text, other_secret)), text);
  }
}

TEST(Jws, TakesTwoSecretsWhileOneIsChanged) {
  const std::vector<std::string> both = {other_secret, secret};
  EXPECT_TRUE(verify_jws(sign_jws(payload, secret), both));
  EXPECT_TRUE(verify_jws(sign_jws(payload, other_secret), both));
  EXPECT_FALSE(verify_jws(sign_jws(payload, other_secret), secrets));
  EXPECT_FALSE(verify_jws(sign_jws(payload, secret), {}));
  // An empty secret is nobody's signature.
  const std::vector<std::string> empty = {""};
  EXPECT_FALSE(verify_jws(sign(R"({"alg":"HS256"})", payload, ""), empty));
}

TEST(Jws, PinsTheAlgorithm) {
  EXPECT_TRUE(verify_jws(sign(R"({"alg":"HS256"})", payload), secrets));
  EXPECT_EQ(error_of(sign(R"({"alg":"none"})", payload)),
            "This token is signed with \"none\"; only HS256 is accepted.");
  EXPECT_EQ(error_of(sign(R"({"alg":"<script>"})", payload)),
            "This token is signed with something else; only HS256 is accepted.");
  for (const char* header : {R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})", R"({})",
                             R"({"alg":null})", R"({"alg":"HS256","crit":["exp"]})", "[]", "{", ""}) {
    EXPECT_FALSE(verify_jws(sign(header, payload), secrets)) << header;
  }
  EXPECT_FALSE(verify_jws(to_base64url(R"({"alg":"none"})") + "." + to_base64url(payload) + ".", secrets));
}

TEST(Jws, RefusesAChangedToken) {
  const std::string token = sign_jws(payload, secret);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_jws(changed, secrets)) << i;
    EXPECT_FALSE(verify_jws(token.substr(0, i), secrets)) << i;
  }
  EXPECT_FALSE(verify_jws(token + "=", secrets));
  EXPECT_FALSE(verify_jws(token + ".", secrets));
  EXPECT_FALSE(verify_jws(" " + token, secrets));
  EXPECT_EQ(error_of(sign_jws(payload, other_secret)),
            "This token's signature is wrong: sign it with the secret that belongs to its \"iss\", under HS256.");
}

TEST(Jws, HasThreePartsAndALimit) {
  EXPECT_EQ(error_of(""), "There is no token.");
  EXPECT_EQ(error_of("abc"), "This is not a token: a JSON Web Token has three parts joined by dots.");
  EXPECT_EQ(error_of(std::string(8193, '.')), "This token is longer than 8192 bytes; leave rooms or the picture out.");
  EXPECT_FALSE(peek_payload(std::string(8193, '.')));
}

}  // namespace
}  // namespace teahouse::crypto::jws_test
