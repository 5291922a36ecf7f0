#include "server/c2s/features.h"

#include <gtest/gtest.h>

namespace teahouse::c2s::features_test {
namespace {

bool has(const std::string& features, const std::string& name) {
  return features.find("<" + name) != std::string::npos;
}

bool is_wanted(const Tenant& tenant) { return tenant.registration_allowed; }

// The declarations of a server whose one module offers "early" where the tenant wants it, and "late" to all.
struct Declared {
  Tenant tenant;
  const ModuleInfo info{.name = "test",
                        .summary = "For tests.",
                        .stream_features = {{StreamFeature::Time::before_login, "early", "test", is_wanted},
                                            {StreamFeature::Time::after_login, "late", "test"}},
                        .bind_features = {"inline"}};
  const std::vector<const ModuleInfo*> modules{&info};
  ModuleFeatures features() const { return {modules, tenant}; }
};

TEST(Features, OfferNothingButTlsWhereItIsRequired) {
  sasl::Offer offer;
  Declared declared;
  const std::string plain = make_features({true, true, offer}, declared.features());
  EXPECT_TRUE(has(plain, "starttls") && has(plain, "required")) << plain;
  EXPECT_FALSE(has(plain, "mechanisms") || has(plain, "bind")) << plain;
  offer.encrypted = true;
  const std::string secure = make_features({false, false, offer}, declared.features());
  EXPECT_TRUE(has(secure, "mechanisms")) << secure;
  EXPECT_FALSE(has(secure, "starttls") || has(secure, "sasl-channel-binding")) << secure;
}

TEST(Features, NameTheChannelBindingsThatAreOffered) {
  sasl::Offer offer;
  offer.encrypted = true;
  offer.channel_bindings = {{"tls-exporter", "data", true}, {"tls-unique", "data", false}};
  const std::string features = make_features({false, false, offer}, Declared().features());
  EXPECT_TRUE(has(features, "channel-binding type=\"tls-exporter\"") ||
              has(features, "channel-binding type='tls-exporter'"))
      << features;
  EXPECT_EQ(features.find("tls-unique"), std::string::npos) << features;
}

TEST(Features, SayWhatMayFollowALoginAtOnce) {
  sasl::Offer offer;
  offer.encrypted = true;
  Declared declared;
  const std::string features = make_features({false, false, offer, true}, declared.features());
  const size_t begin = features.find("<authentication"), end = features.find("</authentication>");
  ASSERT_LT(begin, end) << features;
  const std::string authentication = features.substr(begin, end - begin);
  EXPECT_TRUE(has(authentication, "mechanism>PLAIN<") && has(authentication, "sm xmlns")) << features;
  EXPECT_TRUE(has(authentication, "feature var='inline'")) << features;
  EXPECT_FALSE(has(make_features({false, false, offer, false}, declared.features()), "authentication"));
  EXPECT_FALSE(has(make_bound_features(declared.features()), "bind"));
}

TEST(Features, NameTheMechanismsForTokensInSasl2Alone) {
  sasl::Offer offer;
  offer.encrypted = true;
  Declared declared;
  EXPECT_FALSE(has(make_features({false, false, offer, true}, declared.features()), "fast"));
  offer.device_tokens = true;
  const std::string features = make_features({false, false, offer, true}, declared.features());
  const size_t begin = features.find("<fast xmlns='urn:xmpp:fast:0'>"), end = features.find("</fast></inline>");
  ASSERT_LT(begin, end) << features;
  EXPECT_TRUE(has(features.substr(begin, end - begin), "mechanism>HT-SHA-256-NONE<")) << features;
  EXPECT_FALSE(has(features.substr(0, begin), "mechanism>HT-")) << features;
  EXPECT_FALSE(has(make_features({false, false, offer, false}, declared.features()), "mechanism>HT-"));
}

TEST(Features, HoldWhatModulesWriteForClientsThatAreKnown) {
  sasl::Offer offer;
  Declared declared;
  ModuleFeatures features = declared.features();
  features.more = "<more xmlns='test'/>";
  EXPECT_TRUE(has(make_account_features(features), "more xmlns='test'/></stream:features>"));
  EXPECT_TRUE(has(make_bound_features(features), "more xmlns='test'/></stream:features>"));
  EXPECT_FALSE(has(make_features({false, false, offer, true}, features), "more"));
}

TEST(Features, SayHowMuchMayBeSentAtOnce) {
  sasl::Offer offer;
  Declared declared;
  declared.tenant.plan.limits.stanza_bytes = 10'000;
  ModuleFeatures features = declared.features();
  features.idle_s = 600;
  const std::string begin = "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>";
  EXPECT_NE(make_account_features(features).find(begin + "10000</max-bytes><idle-seconds>600</idle-seconds></limits>"),
            std::string::npos);
  EXPECT_NE(make_features({false, false, offer}, features).find(begin + "16384</max-bytes></limits>"),
            std::string::npos);
  EXPECT_FALSE(has(make_features({true, true, offer}, features), "limits"));
  features.idle_s = 0;
  EXPECT_FALSE(has(make_bound_features(features), "idle-seconds"));
}

TEST(Features, OfAnAccountAreNotThoseBeforeTheLogin) {
  const std::string features = make_account_features(Declared().features());
  EXPECT_TRUE(has(features, "bind") && has(features, "sm")) << features;
  EXPECT_FALSE(has(features, "mechanisms") || has(features, "starttls")) << features;
}

TEST(Features, OfModulesAreThoseThatTheyDeclareForTheTenant) {
  const sasl::Offer offer;
  Declared closed, open;
  open.tenant.registration_allowed = true;
  EXPECT_FALSE(has(make_features({false, false, offer}, closed.features()), "early"));
  const std::string before = make_features({false, false, offer}, open.features());
  EXPECT_TRUE(has(before, "early xmlns='test'") || has(before, "early xmlns=\"test\"")) << before;
  EXPECT_FALSE(has(before, "late")) << before;
  const std::string after = make_account_features(closed.features());
  EXPECT_TRUE(has(after, "late") && !has(after, "early")) << after;
}

}  // namespace
}  // namespace teahouse::c2s::features_test
