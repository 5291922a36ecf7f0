#include "account/site_token_claims.h"

#include <gtest/gtest.h>

#include "crypto/jws.h"

namespace teahouse::site_token_claims_test {
namespace {

constexpr int64_t now_s = 1'700'000'000;  // 2023-11-14T22:13:20Z
const std::string secret(32, 's');
const std::string other_secret(32, 'o');
const std::vector<std::string> secrets = {secret};

std::string sign_text(const std::string& claims) { return crypto::sign_jws(claims, secret); }

std::string error_of(std::string_view token) {
  const auto verified = verify_claims(token, secrets, now_s);
  return verified ? "(verified)" : verified.error().text;
}

SiteTokenClaims juliet() { return {.iss = "site_1", .sub = "42", .exp_s = now_s + 600}; }

TEST(SiteTokenClaims, VerifiesWhatItMade) {
  SiteTokenClaims token = juliet();
  EXPECT_EQ(*verify_claims(sign_claims(token, secret), secrets, now_s), token);
  token.name = "Juliet \u2661 \"Capulet\"";
  token.picture = "https://example.org/juliet.png";
  token.role = "moderator";
  token.rooms = {"balcony", "\u03C0"};
  token.guest = true;
  token.session = int64_t{1} << 40;
  EXPECT_EQ(*verify_claims(sign_claims(token, secret), secrets, now_s), token);
  EXPECT_EQ(*peek_issuer(sign_claims(token, other_secret)), "site_1");
}

// Made with Python's hmac and base64, so that we do not only agree with ourselves.
TEST(SiteTokenClaims, VerifiesAForeignToken) {
  const auto token = verify_claims(
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaXRlXzEiLCJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwMH0."
      "nbujJVROtEJkYLy9fcBR4gHgcOJltUCLgA2XgJ7pNmI",
      secrets, now_s);
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(*token, juliet());
}

TEST(SiteTokenClaims, RunsOutWithSomeSkew) {
  const auto at = [](int64_t time_s) { return verify_claims(sign_claims(juliet(), secret), secrets, time_s); };
  EXPECT_TRUE(at(now_s + 600));
  EXPECT_TRUE(at(now_s + 720));
  EXPECT_FALSE(at(now_s + 721));
  EXPECT_EQ(at(now_s + 600 + 12 * 60).error().text,
            "This token ran out 12 minutes ago (server time 2023-11-14T22:35:20Z).");
  EXPECT_EQ(at(now_s + 600 + 5 * 86400).error().text,
            "This token ran out 5 days ago (server time 2023-11-19T22:23:20Z).");
  EXPECT_TRUE(verify_claims(sign_text(R"({"iss":"a","sub":"b","exp":1700000600,"iat":1700000120})"), secrets, now_s));
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":1700900600,"iat":1700007200})")),
            "This token begins 2 hours from now (server time 2023-11-14T22:13:20Z): set your server's clock.");
  EXPECT_FALSE(verify_claims(sign_text(R"({"iss":"a","sub":"b","exp":1700900600,"nbf":1700000121})"), secrets, now_s));
}

TEST(SiteTokenClaims, TellsTheWebmasterWhatToMend) {
  EXPECT_EQ(error_of(""), "There is no token.");
  EXPECT_EQ(error_of("abc"), "This is not a token: a JSON Web Token has three parts joined by dots.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":42,"exp":1700000600})")),
            "This token's \"sub\" must be a string: write \"42\", not 42.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","exp":1700000600})")),
            "This token has no \"sub\": give your site's id of the user, as a string.");
  EXPECT_EQ(error_of(sign_text(R"({"sub":"a","exp":1700000600})")),
            "This token has no \"iss\": give the id of your site's key.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":1700000600000})")),
            "This token's \"exp\" is too large: give seconds since 1970, not milliseconds.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b"})")),
            "This token has no \"exp\": say when it runs out, in seconds since 1970.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":"1700000600"})")),
            "This token's \"exp\" must be a number of seconds since 1970.");
  EXPECT_EQ(error_of(sign_text("[]")), "This token's claims part is not a JSON object.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":1700000600,"name":7})")),
            "This token's \"name\" must be a string: write \"42\", not 42.");
  EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":1700000600,"rooms":"balcony"})")),
            "This token's \"rooms\" must be a list of at most 64 names.");
  for (const char* session : {"\"7\"", "true", "1.5", "null", "99999999999999999999"}) {
    EXPECT_EQ(error_of(sign_text(R"({"iss":"a","sub":"b","exp":1700000600,"teahouse_session":)" + std::string(session) +
                                 "}")),
              "This token's \"teahouse_session\" is the server's own mark.");
  }
}

TEST(SiteTokenClaims, TakesAFractionOfASecond) {
  EXPECT_EQ(verify_claims(sign_text(R"({"iss":"a","sub":"b","exp":1700000600.75})"), secrets, now_s)->exp_s,
            1700000600);
}

TEST(SiteTokenClaims, KeepsItsLimits) {
  const auto with = [](const std::string& more) {
    return verify_claims(sign_text(R"({"iss":"a","exp":1700000600,)" + more + "}"), secrets, now_s);
  };
  std::string pis;
  for (int i = 0; i < 64; ++i) pis += "\u03C0";
  EXPECT_TRUE(with("\"sub\":\"" + pis + "\""));
  EXPECT_FALSE(with("\"sub\":\"" + pis + "x\""));
  EXPECT_FALSE(with("\"sub\":\"a\\u0000b\""));
  EXPECT_EQ(with("\"sub\":\"a\",\"name\":\"Ann\\n\"")->name, "Ann\n");  // check_site_token() cleans it
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
}  // namespace teahouse::site_token_claims_test
