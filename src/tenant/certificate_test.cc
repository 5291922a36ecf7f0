#include "tenant/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/x509.h"
#include "tenant/local_ca.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::certificate_test {
namespace {

using ::testing::HasSubstr;
using testing::TenantWorld;

// A folder that goes with the test.
struct Folder {
  Folder() {
    path = ::testing::TempDir() + "local_ca_" + std::to_string(::getpid()) + "_" +
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(path);
    std::filesystem::create_directory(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  LocalCa ca(const Clock& clock) { return LocalCa::load_or_make(path + "/ca.pem", path + "/ca.key", clock).value(); }

  std::string path;
};

struct TwoTenants : TenantWorld {
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "bücher.example");
  Folder folder;
  LocalCa ca = folder.ca(clock);

  Result<HostCertificate> set(const TenantPtr& tenant, const std::string& domain, const PemPair& pair) {
    return wait(certificates.set(home, tenant, domain, pair.chain_pem, pair.key_pem));
  }
  std::string refusal(const TenantPtr& tenant, const std::string& domain, const PemPair& pair) {
    const auto result = set(tenant, domain, pair);
    return result ? "taken" : result.error().text;
  }
};

TEST(LocalCa, IsMadeOnceWithAKeyOfItsOwnerOnly) {
  FakeClock clock;
  Folder folder;
  const LocalCa first = folder.ca(clock), second = folder.ca(clock);
  EXPECT_EQ(first.certificate_pem(), second.certificate_pem());
  struct stat status {};
  ASSERT_EQ(::stat((folder.path + "/ca.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(LocalCa, IssuesForAllNamesOfAHost) {
  FakeClock clock;
  Folder folder;
  const LocalCa ca = folder.ca(clock);
  const auto pair = ca.issue_local({"bücher.example", "rooms.bücher.example", "localhost", "127.0.0.1", "::1"});
  ASSERT_TRUE(pair) << pair.error().text;
  const auto info = crypto::read_certificate(pair->chain_pem);
  EXPECT_THAT(info->dns_names,
              ::testing::ElementsAre("xn--bcher-kva.example", "rooms.xn--bcher-kva.example", "localhost"));
  EXPECT_GT(pair->not_after_ms, clock.wall_ms() + 396LL * 86'400'000);
  EXPECT_TRUE(crypto::check_key_matches({pair->chain_pem, pair->key_pem}));
  EXPECT_THAT(pair->chain_pem, HasSubstr(ca.certificate_pem()));
  EXPECT_FALSE(ca.issue_local({}));
  EXPECT_FALSE(ca.issue_local({"a b"}));
}

TEST(LocalCa, RefusesFilesThatDoNotBelongTogether) {
  FakeClock clock;
  Folder folder, other;
  folder.ca(clock);
  other.path += "_other";
  std::filesystem::create_directory(other.path);
  other.ca(clock);
  const auto mixed = LocalCa::load_or_make(folder.path + "/ca.pem", other.path + "/ca.key", clock);
  EXPECT_FALSE(mixed);
  EXPECT_FALSE(LocalCa::load_or_make(folder.path + "/ca.pem", folder.path + "/none.key", clock));
  EXPECT_FALSE(LocalCa::load_or_make(folder.path + "/no/ca.pem", folder.path + "/no/ca.key", clock));
}

TEST(Certificates, AreKeptSealedAndLoaded) {
  TwoTenants world;
  const PemPair pair = world.ca.issue_local({"shop.example"}).value();
  const auto kept =
      world.set(world.shop, "shop.example", {"some words\n" + pair.chain_pem + pair.key_pem, pair.key_pem});
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(kept->not_after_ms, pair.not_after_ms);
  EXPECT_EQ(kept->chain_pem, pair.chain_pem) << "of what was pasted, the certificates alone";
  const auto rows = world.control->execute_now({"SELECT chain, sealed_key FROM certificates", {}});
  for (const store::Value& value : rows->rows.at(0))
    EXPECT_EQ(store::as_text(value).find("PRIVATE"), std::string::npos);

  const auto all = world.certificates.load_all();
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().tenant, world.shop->id);
  EXPECT_EQ(all->front().domain, "shop.example");
  EXPECT_EQ(all->front().key_pem, pair.key_pem);
  EXPECT_EQ(all->front().chain_pem, kept->chain_pem);
  Certificates other_key(*world.control, world.clock, std::string(32, 'x'));
  EXPECT_FALSE(other_key.load_all());
}

TEST(Certificates, AreReplacedListedAndRemovedByTheirTenant) {
  TwoTenants world;
  ASSERT_TRUE(world.set(world.shop, "shop.example", world.ca.issue_local({"shop.example"}).value()));
  world.clock.advance_ms(86'400'000);
  const PemPair newer = world.ca.issue_local({"shop.example"}).value();
  ASSERT_TRUE(world.set(world.shop, "shop.example", newer));
  ASSERT_TRUE(world.set(world.forum, "bücher.example", world.ca.issue_local({"bücher.example"}).value()));
  const auto of_shop = world.wait(world.certificates.list(world.home, world.shop->id));
  ASSERT_EQ(of_shop->size(), 1U);
  EXPECT_EQ(of_shop->front().not_after_ms, newer.not_after_ms);
  EXPECT_FALSE(world.wait(world.certificates.remove(world.home, world.forum->id, "shop.example")));
  EXPECT_TRUE(world.wait(world.certificates.remove(world.home, world.shop->id, "shop.example")));
  EXPECT_EQ(world.certificates.load_all()->size(), 1U);
}

TEST(Certificates, AreForTheTenantsOwnDomainsAndFitTheirKeys) {
  TwoTenants world;
  const PemPair shop = world.ca.issue_local({"shop.example"}).value();
  const PemPair wild = world.ca.issue_local({"*.shop.example"}).value();
  const PemPair other = world.ca.issue_local({"shop.example"}).value();
  EXPECT_THAT(world.refusal(world.forum, "shop.example", shop), HasSubstr("must be bücher.example"));
  EXPECT_THAT(world.refusal(world.forum, "bücher.example", shop), HasSubstr("not for"));
  EXPECT_THAT(world.refusal(world.shop, "rooms.shop.example", shop), HasSubstr("not for"));
  EXPECT_EQ(world.refusal(world.shop, "rooms.shop.example", wild), "taken");
  EXPECT_THAT(world.refusal(world.shop, "shop.example", wild), HasSubstr("not for"));
  EXPECT_THAT(world.refusal(world.shop, "shop.example", {shop.chain_pem, other.key_pem}), HasSubstr("does not belong"));
  EXPECT_THAT(world.refusal(world.shop, "shop.example", {"", shop.key_pem}), HasSubstr("no certificate"));
  EXPECT_THAT(world.refusal(world.shop, "shop.example", {shop.chain_pem, ""}), HasSubstr("key"));
  EXPECT_THAT(world.refusal(world.shop, "shop.example", {shop.chain_pem.substr(0, 200), shop.key_pem}),
              HasSubstr("cut off"));
  EXPECT_THAT(world.refusal(world.shop, "shop.example", {std::string(70'000, 'x'), shop.key_pem}), HasSubstr("64 KiB"));
  world.clock.advance_ms(400LL * 86'400'000);
  EXPECT_THAT(world.refusal(world.shop, "shop.example", shop), HasSubstr("ran out"));
}

TEST(Certificates, GoWithTheirTenant) {
  TwoTenants world;
  ASSERT_TRUE(world.set(world.shop, "shop.example", world.ca.issue_local({"shop.example"}).value()));
  ASSERT_TRUE(world.set(world.forum, "bücher.example", world.ca.issue_local({"bücher.example"}).value()));
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_EQ(world.rows_of(world.shop->id), "none");
  EXPECT_EQ(world.certificates.load_all()->size(), 1U);
  EXPECT_FALSE(world.set(world.shop, "shop.example", world.ca.issue_local({"shop.example"}).value()));
}

}  // namespace
}  // namespace teahouse::certificate_test
