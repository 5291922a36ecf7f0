#include "account/client_certificates.h"

#include <gtest/gtest.h>

#include "account/account_rows.h"
#include "account/testing/account_world.h"
#include "crypto/client_certificate.h"
#include "crypto/encoding.h"
#include "crypto/testing/client_certificates.h"
#include "crypto/x509.h"

namespace teahouse::client_certificates_test {
namespace {

constexpr int64_t of_2026_ms = 1'767'225'600'000, day_ms = 24LL * 60 * 60 * 1000;

// Ann and bo at the shop and at the forum, in January of 2026.
class ClientCertificatesTest : public ::testing::Test {
 protected:
  ClientCertificatesTest() {
    world_.clock.set_wall_ms(of_2026_ms + day_ms);
    for (const auto& tenant : {world_.shop, world_.forum}) {
      for (const char* user : {"ann", "bo"}) EXPECT_TRUE(world_.create(tenant, user, "secret"));
    }
  }
  ClientCertificates& certificates() { return world_.accounts.certificates(); }
  static std::string der_of(const char* base64) { return crypto::parse_base64(base64).value(); }
  static std::string sha256_of(const char* base64) { return crypto::parse_client_certificate(der_of(base64))->sha256; }
  // "" where it is in the list now, else the error.
  std::string append(const TenantPtr& tenant, const std::string& user, const std::string& name, const std::string& der,
                     uint64_t by = 0, bool may_manage = true) {
    const auto account = world_.wait(world_.accounts.find(world_.home, tenant, user)).value();
    const auto appended =
        world_.wait(certificates().append(world_.home, tenant->id, *BareJid::make(user, tenant->domain()),
                                          {account.incarnation, by}, {name, der, may_manage}));
    return appended ? "" : to_string(appended.error().kind);
  }
  std::vector<std::string> owners(const TenantPtr& tenant, const char* certificate = testing::plain_certificate) {
    return world_.wait(certificates().find_accounts(world_.home, tenant->id, sha256_of(certificate))).value();
  }
  size_t count(const TenantPtr& tenant, const std::string& user = "ann") {
    return world_.wait(certificates().list(world_.home, tenant->id, user))->size();
  }

  testing::AccountWorld world_;
  const std::string plain_ = der_of(testing::plain_certificate);
  using Names = std::vector<std::string>;
};

TEST_F(ClientCertificatesTest, AreOfTheirAccountAlone) {
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
  EXPECT_EQ(owners(world_.shop), Names{"ann"});
  EXPECT_EQ(owners(world_.forum), Names{});
  EXPECT_EQ(append(world_.shop, "bo", "Phone", plain_), "");
  EXPECT_EQ(append(world_.forum, "bo", "Tablet", plain_), "");
  EXPECT_EQ(owners(world_.shop), (Names{"ann", "bo"}));
  const auto removed = world_.wait(certificates().remove(world_.home, world_.shop->id, "ann", "Phone"));
  EXPECT_EQ(removed.value(), sha256_of(testing::plain_certificate));
  EXPECT_EQ(owners(world_.shop), Names{"bo"});
  EXPECT_EQ(owners(world_.forum), Names{"bo"});
  EXPECT_EQ(world_.wait(certificates().remove(world_.home, world_.shop->id, "ann", "Phone")).error().kind,
            ErrorKind::item_not_found);
}

TEST_F(ClientCertificatesTest, HaveNamesAndAreThereOnce) {
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
  EXPECT_EQ(append(world_.shop, "ann", "Other", plain_), "conflict");
  EXPECT_EQ(append(world_.shop, "ann", "Phone", der_of(testing::addressed_certificate)), "conflict");
  EXPECT_EQ(append(world_.shop, "ann", "", der_of(testing::addressed_certificate)), "bad-request");
  EXPECT_EQ(append(world_.shop, "ann", std::string(129, 'x'), der_of(testing::addressed_certificate)), "bad-request");
  EXPECT_EQ(append(world_.shop, "ann", std::string(128, 'x'), der_of(testing::addressed_certificate)), "");
  EXPECT_EQ(count(world_.shop), 2U);
}

// Else somebody could append another's certificate, and have that one's client come.
TEST_F(ClientCertificatesTest, ThatNameAddressesAreOfOneOfThem) {
  const std::string addressed = der_of(testing::addressed_certificate);
  EXPECT_EQ(append(world_.shop, "bo", "Phone", addressed), "bad-request");
  EXPECT_EQ(append(world_.forum, "ann", "Phone", addressed), "bad-request");
  EXPECT_EQ(append(world_.shop, "ann", "Nul", der_of(testing::nul_certificate)), "bad-request");
  EXPECT_EQ(append(world_.shop, "ann", "Phone", addressed), "");
}

TEST_F(ClientCertificatesTest, AreGoodWithinTheirDates) {
  EXPECT_EQ(append(world_.shop, "ann", "Past", der_of(testing::past_certificate)), "");
  EXPECT_EQ(append(world_.shop, "ann", "Future", der_of(testing::future_certificate)), "");
  EXPECT_EQ(owners(world_.shop, testing::past_certificate), Names{"ann"});
  EXPECT_EQ(owners(world_.shop, testing::future_certificate), Names{});
  world_.clock.advance_ms(31 * day_ms);
  EXPECT_EQ(owners(world_.shop, testing::past_certificate), Names{});
  EXPECT_EQ(append(world_.forum, "ann", "Past", der_of(testing::past_certificate)), "bad-request");
  EXPECT_EQ(count(world_.shop), 2U);
  EXPECT_EQ(append(world_.shop, "ann", "Past", plain_), "") << "what is past its end goes where another comes";
  EXPECT_EQ(count(world_.shop), 2U);
}

TEST_F(ClientCertificatesTest, AreTwentyOfAnAccount) {
  const auto ca = crypto::make_local_ca("Tea", of_2026_ms / 1000, 100).value();
  const auto another = [&ca] {
    const std::string pem = crypto::issue_certificate(ca, {"tea.example"}, of_2026_ms / 1000, 100)->certificate_pem;
    const size_t begin = pem.find('\n') + 1;
    std::string base64 = pem.substr(begin, pem.find("-----END") - begin);
    std::erase(base64, '\n');
    return crypto::parse_base64(base64).value();
  };
  for (size_t i = 0; i < ClientCertificates::certificates_max; ++i) {
    ASSERT_EQ(append(world_.shop, "ann", "No " + std::to_string(i), another()), "");
  }
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "resource-constraint");
  EXPECT_EQ(append(world_.shop, "bo", "Phone", plain_), "");
  EXPECT_TRUE(world_.wait(certificates().remove(world_.home, world_.shop->id, "ann", "No 7")));
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
}

TEST_F(ClientCertificatesTest, EndWithThePasswordTheDevicesAndTheAccount) {
  const std::vector<std::function<bool()>> ends = {
      [this] { return world_.wait(world_.accounts.set_password(world_.home, world_.shop, "ann", "new")).has_value(); },
      [this] { return world_.wait(world_.accounts.upsert(world_.home, world_.shop, "ann", {}, "newer")).has_value(); },
      [this] {
        return world_.wait(world_.accounts.devices().remove(world_.home, world_.shop->id, "ann", "")).has_value();
      },
      [this] { return world_.wait(world_.accounts.remove(world_.home, world_.shop, "ann")).has_value(); }};
  for (const auto& each : {std::pair(world_.shop, "bo"), std::pair(world_.forum, "ann")}) {
    EXPECT_EQ(append(each.first, each.second, "Phone", plain_), "");
  }
  for (size_t i = 0; i < ends.size(); ++i) {
    ASSERT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
    EXPECT_TRUE(ends[i]());
    EXPECT_EQ(count(world_.shop), 0U) << i;
    EXPECT_EQ(owners(world_.shop), Names{"bo"}) << i;
    EXPECT_EQ(owners(world_.forum), Names{"ann"}) << i;
  }
}

TEST_F(ClientCertificatesTest, AreNotOfTheNextOfThatName) {
  const auto account = world_.wait(world_.accounts.find(world_.home, world_.shop, "ann")).value();
  const BareJid jid = *BareJid::make("ann", "shop.example");
  const auto late = world_.wait(
      certificates().append(world_.home, world_.shop->id, jid, {account.incarnation + 1}, {"Phone", plain_}));
  EXPECT_EQ(late.error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(count(world_.shop), 0U);
}

// A client that is revoked while it appends another leaves nothing behind.
TEST_F(ClientCertificatesTest, AreAppendedByThoseThatMayChangeTheList) {
  const uint64_t by = certificate_number(sha256_of(testing::plain_certificate));
  const std::string other = der_of(testing::addressed_certificate);
  EXPECT_EQ(append(world_.shop, "ann", "Other", other, by), "forbidden");
  EXPECT_EQ(append(world_.shop, "ann", "Bot", plain_, 0, false), "");
  EXPECT_EQ(append(world_.shop, "bo", "Phone", plain_), "");
  EXPECT_EQ(append(world_.shop, "ann", "Other", other, by), "forbidden");
  EXPECT_TRUE(world_.wait(certificates().remove(world_.home, world_.shop->id, "ann", "Bot")));
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
  EXPECT_EQ(append(world_.shop, "ann", "Other", other, by), "");
}

TEST_F(ClientCertificatesTest, OpenNoAccountThatHasExpired) {
  EXPECT_EQ(append(world_.shop, "ann", "Phone", plain_), "");
  const AccountChange ends{.expires_ms = world_.clock.wall_ms() + day_ms};
  ASSERT_TRUE(world_.wait(world_.accounts.upsert(world_.home, world_.shop, "ann", ends)));
  EXPECT_EQ(owners(world_.shop), Names{"ann"});
  world_.clock.advance_ms(2 * day_ms);
  EXPECT_EQ(owners(world_.shop), Names{});
}

}  // namespace
}  // namespace teahouse::client_certificates_test
