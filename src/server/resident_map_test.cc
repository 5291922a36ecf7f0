#include "server/resident_map.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace teahouse::resident_map_test {
namespace {

HostPtr make_host(uint64_t id, const std::string& domain) {
  auto tenant = std::make_shared<Tenant>();
  tenant->id = static_cast<TenantId>(id);
  tenant->hosts.front().domain = domain;
  auto host = std::make_shared<Host>();
  host->domain = domain;
  host->tenant = tenant;
  return host;
}

std::string jid_of(int number, const HostPtr& host) { return "u" + std::to_string(number) + "@" + host->domain; }

TEST(ResidentMap, AreListedForTheirTenantAlone) {
  const HostPtr shop = make_host(1, "shop.example"), forum = make_host(2, "forum.example");
  ResidentMap residents;
  for (int i = 0; i < 100; ++i) {
    for (const HostPtr& host : {shop, forum}) {
      residents.add(std::make_unique<Resident>(*BareJid::parse(jid_of(i, host)), host));
    }
  }
  for (const int gone : {99, 0, 50, 98, 1}) residents.remove(jid_of(gone, shop));
  residents.remove("nobody@shop.example");
  EXPECT_EQ(residents.of(TenantId{1}).size(), 95U);
  EXPECT_EQ(residents.of(TenantId{2}).size(), 100U);
  EXPECT_EQ(residents.of(TenantId{3}).size(), 0U);
  for (int i = 0; i < 100; ++i) {
    const Resident* found = residents.find(jid_of(i, shop));
    const auto& list = residents.of(TenantId{1});
    EXPECT_EQ(found != nullptr, std::find(list.begin(), list.end(), found) != list.end()) << i;
    EXPECT_NE(residents.find(jid_of(i, forum)), nullptr);
  }
  residents.remove_tenant(TenantId{2});
  EXPECT_EQ(residents.find(jid_of(7, forum)), nullptr);
  EXPECT_EQ(residents.size(), 95U);
  residents.find(jid_of(7, shop))->stay_until(1000);
  residents.find(jid_of(7, shop))->stay_until(500);
  residents.remove_idle(999);
  EXPECT_EQ(residents.size(), 1U);
  EXPECT_NE(residents.find(jid_of(7, shop)), nullptr);
  residents.remove_idle(1000);
  EXPECT_EQ(residents.size(), 0U);
  EXPECT_EQ(residents.of(TenantId{1}).size(), 0U);
}

}  // namespace
}  // namespace teahouse::resident_map_test
