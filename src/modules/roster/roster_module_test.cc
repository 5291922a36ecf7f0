#include "modules/roster/roster_module.h"

#include <gtest/gtest.h>

#include "account/testing/account_world.h"
#include "server/home.h"
#include "store/memory/memory_plane.h"

namespace teahouse::roster_module_test {
namespace {

// Two tenants with an account "ann" each, who have a contact.
class RosterModuleTest : public ::testing::Test {
 protected:
  RosterModuleTest() {
    auto roster = std::make_unique<RosterModule>();
    roster_ = roster.get();
    home_.modules().add(std::move(roster));
    for (const auto& tenant : {world_.shop, world_.forum}) {
      home_.set_tenant(tenant);
      EXPECT_TRUE(world_.create(tenant, "ann"));
      RosterItem friends{*BareJid::parse("bob@" + tenant->domain())};
      friends.listed = true;
      roster_rows(tenant).store("ann@" + tenant->domain(), friends.jid.str(), friends.encode());
    }
    plane_.watch_commits(loop_, [this](Lsn lsn) { home_.commits().on_committed(lsn); });
  }

  store::MapStore roster_rows(const TenantPtr& tenant) { return plane_.map(tenant->id, "roster"); }
  // How many contacts ann has; or why that is not known.
  Result<size_t> count_contacts(const TenantPtr& tenant) {
    std::optional<Result<size_t>> counted;
    home_.residents().with(*BareJid::parse("ann@" + tenant->domain()), [&](Result<Resident*> found) {
      counted = found ? Result<size_t>(roster_->of(**found).items().size()) : Result<size_t>(found.error());
    });
    while (!counted) loop_.run_once(10);
    return *counted;
  }

  testing::AccountWorld world_;
  store::MemoryPlane plane_;
  LoginThrottle throttle_{world_.clock};
  ApiCallLimits limits_{world_.clock};
  Shared shared_{world_.clock, plane_, world_.accounts, world_.keys, throttle_, limits_, "fake", {}};
  net::Loop loop_{0, world_.clock};
  Home home_{loop_, shared_};
  RosterModule* roster_ = nullptr;
};

TEST_F(RosterModuleTest, KeepsAnAccountOutWhoseRosterCannotBeRead) {
  plane_.fail();
  for (const auto& tenant : {world_.shop, world_.forum}) {
    const auto contacts = count_contacts(tenant);
    ASSERT_FALSE(contacts) << "an empty roster would be taken for the truth";
    EXPECT_EQ(contacts.error().kind, ErrorKind::storage_failing);
  }
  plane_.recover();
  for (const auto& tenant : {world_.shop, world_.forum}) EXPECT_EQ(*count_contacts(tenant), 1U);
}

TEST_F(RosterModuleTest, TakesADamagedContactForAnError) {
  roster_rows(world_.shop).store("ann@" + world_.shop->domain(), "eve@" + world_.shop->domain(), "<item");
  const auto contacts = count_contacts(world_.shop);
  ASSERT_FALSE(contacts);
  EXPECT_EQ(contacts.error().kind, ErrorKind::internal_server_error);
  EXPECT_EQ(*count_contacts(world_.forum), 1U);
}

}  // namespace
}  // namespace teahouse::roster_module_test
