#include "crypto/jwt.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

constexpr int64_t now_s = 1'700'000'000;  // 2023-11-14T22:13:20Z
const std::string secret(32, 's');
const std::string other_secret(32, 'o');
const std::vector<std::string> secrets = {secret};

std::string sign(const std::string& header, const std::string& claims, const std::string& with = secret) {
  const std::string part = to_base64url(header) + "." + to_base64url(claims);
  return part + "." + to_base64url(hmac_sha256(with, part));
}

std::string sign_claims(const std::string& claims) { return sign(R"({"alg":"HS256"})", claims); }

std::string error_of(std::string_view token) {
  const auto verified = verify_token(token, secrets, now_s);
  return verified ? "(verified)" : verified.error().text;
}

SiteToken juliet() { return {.iss = "site_1", .sub = "42", .exp_s = now_s + 600}; }

TEST(Jwt, VerifiesWhatItMade) {
  SiteToken token = juliet();
  EXPECT_EQ(*verify_token(make_token(token, secret), secrets, now_s), token);
  token.name = "Juliet \u2661 \"Capulet\"";
  token.picture = "https://example.org/juliet.png";
  token.role = "moderator";
  token.rooms = {"balcony", "\u03C0"};
  token.guest = true;
  EXPECT_EQ(*verify_token(make_token(token, secret), secrets, now_s), token);
  EXPECT_EQ(*peek_issuer(make_token(token, other_secret)), "site_1");
}

// Made with Python's hmac and base64, so that we do not only agree with ourselves.
TEST(Jwt, VerifiesAForeignToken) {
  const auto token = verify_token(
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaXRlXzEiLCJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwMH0."
      "nbujJVROtEJkYLy9fcBR4gHgcOJltUCLgA2XgJ7pNmI",
      secrets, now_s);
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(*token, juliet());
}

TEST(Jwt, TakesTwoSecretsWhileOneIsChanged) {
  const std::vector<std::string> both = {other_secret, secret};
  EXPECT_TRUE(verify_token(make_token(juliet(), secret), both, now_s));
  EXPECT_TRUE(verify_token(make_token(juliet(), other_secret), both, now_s));
  EXPECT_FALSE(verify_token(make_token(juliet(), other_secret), secrets, now_s));
  EXPECT_FALSE(verify_token(make_token(juliet(), secret), {}, now_s));
  // An empty secret is nobody's signature.
  const std::vector<std::string> empty = {""};
  EXPECT_FALSE(verify_token(sign(R"({"alg":"HS256"})", R"({"iss":"a","sub":"b","exp":1700000600})", ""), empty, now_s));
}

TEST(Jwt, PinsTheAlgorithm) {
  const std::string claims = R"({"iss":"site_1","sub":"42","exp":1700000600})";
  EXPECT_EQ(error_of(sign(R"({"alg":"none"})", claims)), "This token is signed with \"none\"; only HS256 is accepted.");
  EXPECT_EQ(error_of(sign(R"({"alg":"<script>"})", claims)),
            "This token is signed with something else; only HS256 is accepted.");
  for (const char* header : {R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})", R"({})",
                             R"({"alg":null})", R"({"alg":"HS256","crit":["exp"]})", "[]", "{", ""}) {
    EXPECT_FALSE(verify_token(sign(header, claims), secrets, now_s)) << header;
  }
  const std::string part = to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims) + ".";
  EXPECT_FALSE(verify_token(part, secrets, now_s));
}

TEST(Jwt, RefusesAChangedToken) {
  const std::string token = make_token(juliet(), secret);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_token(changed, secrets, now_s)) << i;
    EXPECT_FALSE(verify_token(token.substr(0, i), secrets, now_s)) << i;
  }
  EXPECT_FALSE(verify_token(token + "=", secrets, now_s));
  EXPECT_FALSE(verify_token(token + ".", secrets, now_s));
  EXPECT_FALSE(verify_token(" " + token, secrets, now_s));
  EXPECT_EQ(error_of(make_token(juliet(), other_secret)),
            "This token's signature is wrong: sign it with the secret that belongs to its \"iss\", under HS256.");
}

TEST(Jwt, RunsOutWithSomeSkew) {
  const auto at = [](int64_t time_s) { return verify_token(make_token(juliet(), secret), secrets, time_s); };
  EXPECT_TRUE(at(now_s + 600));
  EXPECT_TRUE(at(now_s + 720));
  EXPECT_FALSE(at(now_s + 721));
  EXPECT_EQ(at(now_s + 600 + 12 * 60).error().text,
            "This token ran out 12 minutes ago (server time 2023-11-14T22:35:20Z).");
  EXPECT_EQ(at(now_s + 600 + 5 * 86400).error().text,
            "This token ran out 5 days ago (server time 2023-11-19T22:23:20Z).");
  EXPECT_TRUE(verify_token(sign_claims(R"({"iss":"a","sub":"b","exp":1700000600,"iat":1700000120})"), secrets, now_s));
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b","exp":1700900600,"iat":1700007200})")),
            "This token begins 2 hours from now (server time 2023-11-14T22:13:20Z): set your server's clock.");
  EXPECT_FALSE(verify_token(sign_claims(R"({"iss":"a","sub":"b","exp":1700900600,"nbf":1700000121})"), secrets, now_s));
}

TEST(Jwt, TellsTheWebmasterWhatToMend) {
  EXPECT_EQ(error_of(""), "There is no token.");
  EXPECT_EQ(error_of("abc"), "This is not a token: a JSON Web Token has three parts joined by dots.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":42,"exp":1700000600})")),
            "This token's \"sub\" must be a string: write \"42\", not 42.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","exp":1700000600})")),
            "This token has no \"sub\": give your site's id of the user, as a string.");
  EXPECT_EQ(error_of(sign_claims(R"({"sub":"a","exp":1700000600})")),
            "This token has no \"iss\": give the id of your site's key.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b","exp":1700000600000})")),
            "This token's \"exp\" is too large: give seconds since 1970, not milliseconds.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b"})")),
            "This token has no \"exp\": say when it runs out, in seconds since 1970.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b","exp":"1700000600"})")),
            "This token's \"exp\" must be a number of seconds since 1970.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b","exp":1700000600,"picture":"javascript:alert"})")),
            "This token's \"picture\" must be an address that starts with https://.");
  EXPECT_EQ(error_of(sign_claims(R"({"iss":"a","sub":"b","exp":1700000600,"rooms":"balcony"})")),
            "This token's \"rooms\" must be a list of at most 64 names.");
}

TEST(Jwt, TakesAFractionOfASecond) {
  EXPECT_EQ(verify_token(sign_claims(R"({"iss":"a","sub":"b","exp":1700000600.75})"), secrets, now_s)->exp_s,
            1700000600);
}

TEST(Jwt, KeepsItsLimits) {
  const auto with = [](const std::string& more) {
    return verify_token(sign_claims(R"({"iss":"a","exp":1700000600,)" + more + "}"), secrets, now_s);
  };
  std::string pis;
  for (int i = 0; i < 64; ++i) pis += "\u03C0";
  EXPECT_TRUE(with("\"sub\":\"" + pis + "\""));
  EXPECT_FALSE(with("\"sub\":\"" + pis + "x\""));
  EXPECT_FALSE(with("\"sub\":\"a\\u0000b\""));
  EXPECT_FALSE(with("\"sub\":\"a\",\"name\":\"" + std::string(129, 'n') + "\""));
  EXPECT_EQ(with("\"sub\":\"a\",\"name\":\"Ann\\n\"")->name, "Ann\n");  // account/ cleans it
  EXPECT_FALSE(with("\"sub\":\"a\",\"picture\":\"https://a/\\n\""));
  EXPECT_FALSE(with("\"sub\":\"a\",\"role\":\"" + std::string(33, 'r') + "\""));
  EXPECT_FALSE(with("\"sub\":\"a\",\"rooms\":[1]"));
  EXPECT_FALSE(with("\"sub\":\"a\",\"rooms\":[\"\"]"));
  EXPECT_FALSE(with("\"sub\":\"a\",\"exp\":1e400"));
  EXPECT_FALSE(with("\"sub\":\"a\",\"exp\":-1"));
  EXPECT_FALSE(with("\"sub\":\"a\",\"x\":" + std::string(50, '[') + std::string(50, ']')));
  EXPECT_FALSE(with("\"sub\":\"\xff\""));
  std::string rooms = "\"r\"";
  for (int i = 1; i < 65; ++i) rooms += ",\"r\"";
  EXPECT_FALSE(with("\"sub\":\"a\",\"rooms\":[" + rooms + "]"));
  EXPECT_EQ(error_of(std::string(8193, '.')), "This token is longer than 8192 bytes; leave rooms or the picture out.");
  EXPECT_FALSE(peek_issuer(std::string(8193, '.')));
}

}  // namespace
}  // namespace teahouse::crypto
