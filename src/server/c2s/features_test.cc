#include "server/c2s/features.h"

#include <gtest/gtest.h>

namespace teahouse::c2s {
namespace {

bool has(const std::string& features, const std::string& name) {
  return features.find("<" + name) != std::string::npos;
}

TEST(Features, OfferNothingButTlsWhereItIsRequired) {
  sasl::Offer offer;
  const std::string plain = make_features({true, true, false, offer});
  EXPECT_TRUE(has(plain, "starttls") && has(plain, "required")) << plain;
  EXPECT_FALSE(has(plain, "mechanisms") || has(plain, "bind")) << plain;
  offer.encrypted = true;
  const std::string secure = make_features({false, false, true, offer});
  EXPECT_TRUE(has(secure, "mechanisms") && has(secure, "register")) << secure;
  EXPECT_FALSE(has(secure, "starttls") || has(secure, "sasl-channel-binding")) << secure;
}

TEST(Features, NameTheChannelBindingsThatAreOffered) {
  sasl::Offer offer;
  offer.encrypted = true;
  offer.channel_bindings = {{"tls-exporter", "data", true}, {"tls-unique", "data", false}};
  const std::string features = make_features({false, false, false, offer});
  EXPECT_TRUE(has(features, "channel-binding type=\"tls-exporter\"") ||
              has(features, "channel-binding type='tls-exporter'"))
      << features;
  EXPECT_EQ(features.find("tls-unique"), std::string::npos) << features;
}

TEST(Features, OfAnAccountAreNotThoseBeforeTheLogin) {
  const std::string features = make_account_features();
  EXPECT_TRUE(has(features, "bind") && has(features, "sm")) << features;
  EXPECT_FALSE(has(features, "mechanisms") || has(features, "starttls")) << features;
}

}  // namespace
}  // namespace teahouse::c2s
