#include "net/tls.h"

#include <gtest/gtest.h>

#include "net/fake/certificate.h"

namespace teahouse::net::tls_test {
namespace {

using fake::make_certificate;

TEST(TlsContexts, KeepsNamesApart) {
  const auto romeo = make_certificate("montague.lit");
  TlsContexts contexts;
  ASSERT_TRUE(contexts.set("Montague.lit", romeo.chain_pem, romeo.key_pem));
  EXPECT_TRUE(contexts.has("montague.LIT"));
  EXPECT_FALSE(contexts.has("capulet.lit"));
  contexts.remove("montague.lit");
  EXPECT_FALSE(contexts.has("montague.lit"));
}

TEST(TlsContexts, TakesAChain) {
  const auto leaf = make_certificate("montague.lit");
  const auto issuer = make_certificate("issuer");
  TlsContexts contexts;
  EXPECT_TRUE(contexts.set("montague.lit", leaf.chain_pem + issuer.chain_pem, leaf.key_pem));
}

TEST(TlsContexts, RefusesWhatDoesNotBelongTogetherOrDoesNotParse) {
  const auto romeo = make_certificate("montague.lit");
  const auto juliet = make_certificate("capulet.lit");
  TlsContexts contexts;
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const auto& [chain, key] : {std::pair{romeo.chain_pem, juliet.key_pem}, std::pair{std::string(), romeo.key_pem},
                                   std::pair{romeo.chain_pem, std::string("no key")}, std::pair{damaged, romeo.key_pem},
                                   std::pair{romeo.chain_pem + damaged, romeo.key_pem}}) {
    const auto result = contexts.set("montague.lit", chain, key);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::bad_request);
    EXPECT_FALSE(result.error().text.empty());
  }
  EXPECT_FALSE(contexts.has("montague.lit"));
}

}  // namespace
}  // namespace teahouse::net::tls_test
