#include "http/posh.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::http::posh_test {
namespace {

std::string sha256_of(std::string_view der) { return crypto::to_base64(crypto::sha256(der)); }
std::string sha512_of(std::string_view der) { return crypto::to_base64(crypto::digest(crypto::Hash::sha512, der)); }
std::string document(const std::string& fingerprint) {
  return R"({"fingerprints":[)" + fingerprint + R"(],"expires":3600})";
}

TEST(Posh, FingerprintsNameACertificateAndNoOther) {
  const auto posh =
      read_posh(document(R"({"sha-256":")" + sha256_of("one") + R"("},{"sha-512":")" + sha512_of("two") + R"("})"));
  ASSERT_TRUE(posh);
  EXPECT_EQ(posh->expires_s, 3600);
  EXPECT_TRUE(has_fingerprint(*posh, "one"));
  EXPECT_TRUE(has_fingerprint(*posh, "two"));
  EXPECT_FALSE(has_fingerprint(*posh, "three"));
  EXPECT_FALSE(has_fingerprint(*posh, ""));
}

TEST(Posh, EachHashThatIsStatedHasToAgree) {
  const auto posh =
      read_posh(document(R"({"sha-256":")" + sha256_of("one") + R"(","sha-512":")" + sha512_of("two") + R"("})"));
  ASSERT_TRUE(posh);
  EXPECT_FALSE(has_fingerprint(*posh, "one"));
  EXPECT_FALSE(has_fingerprint(*posh, "two"));
}

TEST(Posh, LeadsToAnotherPlaceByHttpsAlone) {
  EXPECT_EQ(read_posh(R"({"url":"https://b.example/posh.json","expires":99999999})")->url,
            "https://b.example/posh.json");
  EXPECT_EQ(read_posh(R"({"url":"https://b.example/posh.json","expires":99999999})")->expires_s, posh_seconds_max);
  EXPECT_FALSE(has_fingerprint(*read_posh(R"({"url":"https://b.example/posh.json"})"), "one"));
  for (const char* wrong : {R"({"url":"http://b.example/"})", R"({"url":7})", R"({"url":"https://"})",
                            R"({"url":"file:///etc/passwd"})", R"({"url":"https://b.example/","fingerprints":[]})"}) {
    EXPECT_FALSE(read_posh(wrong)) << wrong;
  }
}

TEST(Posh, RefusesRubbishAndBombs) {
  std::string many, bomb;
  for (int i = 0; i < 30; ++i) many += (i ? "," : "") + (R"({"sha-256":")" + sha256_of(std::to_string(i)) + R"("})");
  for (int i = 0; i < 1000; ++i) bomb += R"({"fingerprints":[)";
  for (const std::string& wrong :
       {std::string(), std::string("[]"), std::string("{}"), document(""), document("7"),
        document(R"({"sha-256":"AAAA"})"), document(R"({"sha-1":"AAAA"})"), document(many), bomb,
        std::string(posh_bytes_max + 1, ' '), std::string(R"({"fingerprints":[],"expires":"soon"})"),
        document(R"({"sha-256":")" + sha256_of("x") + R"( "})")}) {
    EXPECT_FALSE(read_posh(wrong)) << wrong.substr(0, 100);
  }
}

TEST(Posh, StandsAtTheDomainsWebServer) {
  EXPECT_EQ(posh_url("a.example", posh_server), "https://a.example/.well-known/posh/xmpp-server.json");
}

}  // namespace
}  // namespace teahouse::http::posh_test
