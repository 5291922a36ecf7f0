#include "crypto/x509.h"

#include <gtest/gtest.h>

namespace teahouse::crypto::x509_test {
namespace {

constexpr int64_t now_s = 1'700'000'000;

TEST(X509, IssuesUnderALocalAuthority) {
  const auto ca = make_local_ca("Teahouse local authority", now_s, 3650);
  ASSERT_TRUE(ca);
  const auto ca_info = read_certificate(ca->certificate_pem);
  EXPECT_TRUE(ca_info->self_issued);
  EXPECT_EQ(ca_info->subject, "CN=Teahouse local authority");
  EXPECT_TRUE(check_key_matches(*ca));

  const auto pair = issue_certificate(*ca, {"Example.org", "*.example.org", "127.0.0.1", "::1"}, now_s, 90);
  ASSERT_TRUE(pair);
  const auto info = read_certificate(pair->certificate_pem);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->dns_names, (std::vector<std::string>{"example.org", "*.example.org"}));
  EXPECT_EQ(info->not_after_s, now_s + 90 * 86400);
  EXPECT_EQ(info->not_before_s, now_s - 3600);
  EXPECT_EQ(info->issuer, ca_info->subject);
  EXPECT_FALSE(info->self_issued);
  EXPECT_EQ(info->sha256.size(), 64U);
  EXPECT_NE(info->sha256, ca_info->sha256);
  EXPECT_TRUE(check_key_matches(*pair));
}

TEST(X509, RefusesWhatIsNoName) {
  const auto ca = make_local_ca("ca", now_s, 1);
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("m\u00FCnchen.example"), std::string("*"), std::string("a..b"),
        std::string("a\0b", 3), std::string("a.*.b"), std::string("x,DNS:y")}) {
    EXPECT_FALSE(issue_certificate(*ca, {name}, now_s, 1)) << name;
  }
  EXPECT_FALSE(issue_certificate(*ca, {}, now_s, 1));
  EXPECT_FALSE(issue_certificate(*ca, std::vector<std::string>(101, "a.b"), now_s, 1));
  EXPECT_FALSE(issue_certificate({"x", "y"}, {"a.b"}, now_s, 1));
  EXPECT_FALSE(make_local_ca("", now_s, 1));
}

TEST(X509, NamesLongHostsWithoutASubject) {
  const auto ca = make_local_ca("ca", now_s, 1);
  const std::string name = std::string(60, 'a') + ".example.org";
  const auto info = read_certificate(issue_certificate(*ca, {name}, now_s, 1)->certificate_pem);
  EXPECT_EQ(info->subject, "");
  EXPECT_EQ(info->dns_names, std::vector<std::string>{name});
}

TEST(X509, ReadsOnlyPem) {
  for (const char* text : {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    EXPECT_EQ(read_certificate(text).error().kind, ErrorKind::bad_request);
  }
}

TEST(X509, TellsAKeyThatDoesNotMatch) {
  const auto one = make_local_ca("one", now_s, 1);
  const auto two = make_local_ca("two", now_s, 1);
  EXPECT_EQ(check_key_matches({one->certificate_pem, two->key_pem}).error().text,
            "This private key does not belong to this certificate.");
  EXPECT_FALSE(check_key_matches({one->certificate_pem, "no key"}));
  EXPECT_FALSE(check_key_matches(
      {one->certificate_pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"}));
}

}  // namespace
}  // namespace teahouse::crypto::x509_test
