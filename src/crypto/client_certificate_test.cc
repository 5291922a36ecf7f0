#include "crypto/client_certificate.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/testing/client_certificates.h"

namespace teahouse::crypto::client_certificate_test {
namespace {

std::string der_of(const char* base64) { return parse_base64(base64).value(); }

std::string error_of(const std::string& der) {
  const auto read = parse_client_certificate(der);
  return read ? "none" : read.error().text;
}

TEST(ClientCertificate, SaysItsDatesAndAddresses) {
  const std::string der = der_of(testing::plain_certificate);
  const auto plain = parse_client_certificate(der);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->sha256, to_hex(sha256(der)));
  EXPECT_EQ(plain->not_before_ms, 1'767'225'600'000);
  EXPECT_EQ(plain->not_after_ms, 4'070'908'800'000);
  EXPECT_TRUE(plain->xmpp_addresses.empty());
  const auto addressed = parse_client_certificate(der_of(testing::addressed_certificate));
  ASSERT_TRUE(addressed);
  EXPECT_EQ(addressed->xmpp_addresses, std::vector<std::string>{"ann@shop.example"});
  const auto nul = parse_client_certificate(der_of(testing::nul_certificate));
  ASSERT_TRUE(nul);
  EXPECT_EQ(nul->xmpp_addresses, std::vector<std::string>{std::string("ann@shop.example\0.evil.example", 30)});
}

TEST(ClientCertificate, IsOneWholeCertificateInDer) {
  const std::string der = der_of(testing::plain_certificate);
  for (const std::string& bad :
       {der.substr(1), der.substr(0, der.size() - 1), der + '\0', der + der, std::string("-----BEGIN CERTIFICATE-----"),
        std::string(100, '\x30'), std::string("\x30\x80\x00\x00", 4)}) {
    EXPECT_TRUE(error_of(bad).starts_with("This is not one X.509 certificate in DER")) << to_hex(bad);
  }
  EXPECT_EQ(error_of(""), "The certificate is empty.");
  EXPECT_EQ(error_of(std::string(client_certificate_bytes_max + 1, '\x30')), "The certificate is longer than 8 KiB.");
}

TEST(ClientCertificate, HasAKeyThatIsLongEnough) {
  EXPECT_EQ(error_of(der_of(testing::weak_certificate)),
            "The certificate's key is too short to be safe: RSA needs 2048 bits.");
}

}  // namespace
}  // namespace teahouse::crypto::client_certificate_test
