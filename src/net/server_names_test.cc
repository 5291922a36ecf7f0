// Which domains a server's certificate names, and whose word for it counts (peer_certificate.h).
#include <gtest/gtest.h>

#include "crypto/x509.h"
#include "net/fake/certificate.h"
#include "net/peer_certificate.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace teahouse::net::server_names_test {
namespace {

std::string der_of(const std::string& pem) {
  BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* parsed = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(parsed, &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  X509_free(parsed);
  BIO_free(text);
  return der;
}

bool names(const std::string& shown, const std::string& domain) {
  return names_server(der_of(fake::make_certificate(shown).chain_pem), {domain, domain});
}

TEST(ServerNames, DnsNamesAndWholeLabels) {
  EXPECT_TRUE(names("a.example", "a.example"));
  EXPECT_TRUE(names("A.Example", "a.example"));
  EXPECT_TRUE(names("*.a.example", "x.a.example"));
  for (const char* other : {"b.example", "x.a.example", "example", "a.example.org"}) {
    EXPECT_FALSE(names("a.example", other)) << other;
  }
  for (const char* other : {"a.example", "y.x.a.example", ".a.example"}) EXPECT_FALSE(names("*.a.example", other));
  EXPECT_FALSE(names("*.example", ".example"));
  EXPECT_FALSE(names("x*.a.example", "xy.a.example"));
}

// XMPP's own names in a certificate: id-on-dnsSRV and id-on-xmppAddr.
bool names_other(const std::string& san, const std::string& domain) {
  // "DNS:x, otherName:..." is what OpenSSL's configuration takes for a name.
  return names_server(der_of(fake::make_certificate("x.example," + san).chain_pem), {domain, domain});
}

TEST(ServerNames, NamesOfXmpp) {
  const std::string srv = "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.a.example";
  EXPECT_TRUE(names_other(srv, "a.example"));
  EXPECT_FALSE(names_other(srv, "b.example"));
  EXPECT_FALSE(names_other("otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.a.example", "a.example"));
  EXPECT_TRUE(names_other("otherName:1.3.6.1.5.5.7.8.5;UTF8:a.example", "a.example"));
  EXPECT_FALSE(names_other("otherName:1.3.6.1.5.5.7.8.5;UTF8:user@a.example", "a.example"));
  EXPECT_FALSE(names_other("otherName:1.3.6.1.5.5.7.8.6;UTF8:a.example", "a.example"));
}

TEST(ServerNames, BytesThatAreNoCertificateNameNobody) {
  for (const char* bytes : {"", "x", "0\x82\x01"}) EXPECT_FALSE(names_server(bytes, {"a.example", "a.example"}));
  EXPECT_FALSE(names_server(der_of(fake::make_certificate("a.example").chain_pem), {"", ""}));
}

TEST(ServerNames, AChainIsJudgedByTheAuthorityAndTheName) {
  const int64_t now_s = ::time(nullptr);
  const auto ca = crypto::make_local_ca("Ours", now_s, 10), other = crypto::make_local_ca("Another", now_s, 10);
  std::string path = ::testing::TempDir() + "teahouse-ca-XXXXXX";
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);
  std::ofstream(path) << ca->certificate_pem;
  ::close(file);
  const auto trust = TlsTrust::make(path);
  ::unlink(path.c_str());
  ASSERT_TRUE(trust);
  const auto chain_of = [now_s](const crypto::CertificateAndKey& issuer, int64_t from_s) {
    return std::vector{der_of(crypto::issue_certificate(issuer, {"a.example"}, from_s, 1)->certificate_pem)};
  };
  EXPECT_TRUE(judge_server(*trust, chain_of(*ca, now_s), {"a.example", "a.example"}));
  EXPECT_FALSE(judge_server(*trust, chain_of(*ca, now_s), {"b.example", "b.example"}));
  EXPECT_FALSE(judge_server(*trust, chain_of(*ca, now_s - 3 * 86400), {"a.example", "a.example"}));  // too old
  EXPECT_FALSE(judge_server(*trust, chain_of(*other, now_s), {"a.example", "a.example"}));
  EXPECT_FALSE(judge_server(TlsTrust::nobody(), chain_of(*ca, now_s), {"a.example", "a.example"}));
  EXPECT_FALSE(judge_server(*trust, {}, {"a.example", "a.example"}));
  EXPECT_FALSE(judge_server(*trust, {"x"}, {"a.example", "a.example"}));
}

}  // namespace
}  // namespace teahouse::net::server_names_test
