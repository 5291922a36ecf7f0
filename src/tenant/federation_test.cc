#include "tenant/federation.h"

#include <gtest/gtest.h>

namespace teahouse::federation_test {
namespace {

using Texts = std::vector<std::string>;

Tenant tenant(const std::string& federation = "open", int64_t domains = unlimited) {
  Tenant made;
  made.federation = federation;
  made.plan.limits.federated_domains = domains;
  return made;
}

TEST(Federation, APlanIsFirst) {
  EXPECT_FALSE(federates(Tenant()));  // as all tenants are whose plan says nothing
  EXPECT_FALSE(federates_with(tenant("open", 0), "jabber.example"));
  EXPECT_TRUE(federates_with(tenant("open", 1), "jabber.example"));
  EXPECT_TRUE(federates_with(tenant(), "jabber.example"));
}

TEST(Federation, TheOwnerNarrowsIt) {
  EXPECT_FALSE(federates(tenant("closed")));
  Tenant listed = tenant("listed");
  listed.federation_allowed = {"jabber.example"};
  for (const char* allowed : {"jabber.example", "rooms.jabber.example"}) EXPECT_TRUE(federates_with(listed, allowed));
  for (const char* other : {"example", "xjabber.example", "jabber.example.org", "other.example"}) {
    EXPECT_FALSE(federates_with(listed, other)) << other;
  }
  listed.federation_denied = {"rooms.jabber.example"};
  EXPECT_FALSE(federates_with(listed, "rooms.jabber.example"));
  EXPECT_TRUE(federates_with(listed, "jabber.example"));
}

TEST(Federation, ASuspendedTenantHasNone) {
  Tenant suspended = tenant();
  suspended.suspended = true;
  EXPECT_FALSE(federates_with(suspended, "jabber.example"));
}

TEST(Federation, ReadsDomains) {
  EXPECT_EQ(*parse_federated_domains({"Jabber.Example", "jabber.example", "b\u00fccher.example"}),
            (Texts{"jabber.example", "b\u00fccher.example"}));
  for (const char* wrong : {"", "user@jabber.example", "a b", "jabber.example/x"}) {
    EXPECT_FALSE(parse_federated_domains({wrong})) << wrong;
  }
  EXPECT_FALSE(parse_federated_domains(Texts(federated_names_max + 1, "a.example")));
  EXPECT_TRUE(parse_federation("listed"));
  EXPECT_FALSE(parse_federation(""));
}

}  // namespace
}  // namespace teahouse::federation_test
